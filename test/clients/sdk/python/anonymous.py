"""Nobody in particular looks at a registry that lets everybody pull."""

import hashlib
import io

from azure.containerregistry import ContainerRegistryClient

from question import answer, refusal_of


def program(asked):
    name = asked["repository"]
    client = ContainerRegistryClient(asked["endpoint"])
    found = client.get_manifest(name, "again")
    digest = found.manifest["layers"][0]["digest"]
    layer = hashlib.sha256(b"".join(client.download_blob(name, digest))).hexdigest()
    return {
        "repositories": list(client.list_repository_names()),
        "digest": found.digest,
        "layer": [digest, f"sha256:{layer}"],
        "tags": [each.name for each in client.list_tag_properties(name)],
        "push": refusal_of(lambda: client.upload_blob(name, io.BytesIO(b"from nobody"))),
        "lock": refusal_of(lambda: client.update_repository_properties(name, can_delete=False)),
        "remove": refusal_of(lambda: client.delete_repository(name)),
    }


answer(program)
