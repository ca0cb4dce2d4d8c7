"""An image for two platforms goes in, is looked at, locked, unlocked and deleted."""

import hashlib
import io
import json
import os

from azure.containerregistry import ArtifactManifestOrder, ContainerRegistryClient

from credential import credential_of
from question import answer, refusal_of

IMAGE = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
# More than two pieces of the size in which the SDK uploads.
LAYER_SIZE = 9_000_001


def sha256(data):
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def push_image(client, name, layer, architecture, tag):
    config = json.dumps({"architecture": architecture, "os": "linux", "rootfs": {"type": "layers", "diff_ids": []}})
    config_digest, config_size = client.upload_blob(name, io.BytesIO(config.encode()))
    spare, _ = client.upload_blob(name, io.BytesIO(os.urandom(64)))
    manifest = {
        "schemaVersion": 2,
        "mediaType": IMAGE,
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": config_digest, "size": config_size},
        "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": layer[0], "size": layer[1]}],
    }
    digest = client.set_manifest(name, manifest, tag=tag, media_type=IMAGE)
    return {"digest": digest, "size": len(json.dumps(manifest)), "architecture": architecture, "spare": spare}


def rights(properties):
    return {
        "canDelete": properties.can_delete,
        "canWrite": properties.can_write,
        "canList": properties.can_list,
        "canRead": properties.can_read,
    }


def manifest_of(properties):
    return {
        "digest": properties.digest,
        "tags": properties.tags,
        "size": properties.size_in_bytes,
        "architecture": properties.architecture,
        "system": properties.operating_system,
    }


def look(client, name):
    properties = client.get_repository_properties(name)
    newest_first = ArtifactManifestOrder.LAST_UPDATED_ON_DESCENDING
    pages = client.list_tag_properties(name, results_per_page=1).by_page()
    return {
        "repositories": list(client.list_repository_names()),
        "properties": {"name": properties.name, "tags": properties.tag_count, "manifests": properties.manifest_count},
        "manifests": sorted(each.digest for each in client.list_manifest_properties(name)),
        "newestFirst": [each.digest for each in client.list_manifest_properties(name, order_by=newest_first)],
        "tags": [[each.name, each.digest] for each in client.list_tag_properties(name)],
        "pages": [[each.name for each in page] for page in pages],
        "image": manifest_of(client.get_manifest_properties(name, "v1")),
        "index": manifest_of(client.get_manifest_properties(name, "all")),
        "tag": client.get_tag_properties(name, "v1").digest,
    }


def lock(client, name, second):
    locks = {"can_delete": False, "can_write": False}
    return {
        "tag": rights(client.update_tag_properties(name, "v1", **locks)),
        "manifest": rights(client.update_manifest_properties(name, "v2", **locks)),
        "repository": rights(client.update_repository_properties(name, can_delete=False)),
        "refusedTag": refusal_of(lambda: client.delete_tag(name, "v1")),
        "refusedManifest": refusal_of(lambda: client.delete_manifest(name, second)),
        "refusedRepository": refusal_of(lambda: client.delete_repository(name)),
    }


def unlock(client, name):
    unlocked = {"can_delete": True, "can_write": True}
    return {
        "tag": rights(client.update_tag_properties(name, "v1", **unlocked)),
        "manifest": rights(client.update_manifest_properties(name, "v2", **unlocked)),
        "repository": rights(client.update_repository_properties(name, **unlocked)),
    }


def program(asked):
    name = asked["repository"]
    options = {"audience": asked["audience"]} if "audience" in asked else {}
    client = ContainerRegistryClient(asked["endpoint"], credential_of(asked["credential"]), **options)

    layer = os.urandom(LAYER_SIZE)
    uploaded = client.upload_blob(name, io.BytesIO(layer))
    first = push_image(client, name, uploaded, "amd64", "v1")
    second = push_image(client, name, uploaded, "arm64", "v2")
    platforms = [
        {
            "mediaType": IMAGE,
            "digest": each["digest"],
            "size": each["size"],
            "platform": {"architecture": each["architecture"], "os": "linux"},
        }
        for each in (first, second)
    ]
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": platforms}
    index_digest = client.set_manifest(name, index, tag="all", media_type=INDEX)

    by_tag = client.get_manifest(name, "v1")
    by_digest = client.get_manifest(name, index_digest)
    downloaded = b"".join(client.download_blob(name, uploaded[0]))
    seen = look(client, name)
    locked = lock(client, name, second["digest"])
    unlocked = unlock(client, name)

    client.delete_tag(name, "v1")
    untagged = client.get_manifest_properties(name, first["digest"]).tags or []
    client.delete_manifest(name, index_digest)
    after_manifest = sorted(each.digest for each in client.list_manifest_properties(name))
    client.delete_blob(name, first["spare"])
    gone_blob = refusal_of(lambda: client.download_blob(name, first["spare"]))["status"]
    client.delete_repository(name)
    after = {
        "untagged": untagged,
        "manifests": after_manifest,
        "goneBlob": gone_blob,
        "goneManifest": refusal_of(lambda: client.get_manifest(name, "v2"))["status"],
        "goneRepository": refusal_of(lambda: client.get_repository_properties(name)),
        "repositories": list(client.list_repository_names()),
    }
    again = push_image(client, name, client.upload_blob(name, io.BytesIO(layer)), "amd64", "again")
    return {
        "layer": {"digest": uploaded[0], "size": uploaded[1], "expected": sha256(layer)},
        "downloaded": sha256(downloaded),
        "first": first["digest"],
        "second": second["digest"],
        "index": index_digest,
        "imageSizes": [first["size"], second["size"]],
        "byTag": {"digest": by_tag.digest, "mediaType": by_tag.media_type, "layers": len(by_tag.manifest["layers"])},
        "byDigest": {"mediaType": by_digest.media_type, "isSame": by_digest.manifest == index},
        "seen": seen,
        "locked": locked,
        "unlocked": unlocked,
        "after": after,
        "again": again["digest"],
    }


answer(program)
