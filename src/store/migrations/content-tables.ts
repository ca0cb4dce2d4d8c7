import type { Dialect } from './migration.ts'

/**
 * registry ─┬─ repository ─┬─ manifest ── manifest_ref (what it names)      manifest_body (once per registry)
 *           │              ├─ tag → manifest
 *           │              ├─ repo_blob → blob        the only thing that lets a repository read a blob
 *           │              └─ upload → object
 *           ├─ blob → object                          the one current incarnation of a digest
 *           ├─ usage, credential, signing_key, repository_deletion
 *           └─ gc_queue                               links to review, and when
 * installation, time_mark                             what the data directory knows of itself (ports/installation.ts)
 *
 * digest, subject, parent, child: as stored-digest.ts has them.
 * manifest_ref.kind: blob, manifest, or a row for each: as what the repository has the digest (store/references.ts).
 * object.backend: which blob store has its bytes under the key (ports/blob-store.ts).
 * object.bytes: a small blob's bytes, which then has no file.
 * blob_in_use: a row while a manifest of the registry names the digest as a blob that its repository has.
 * blob.named: a manifest named it once, so that it is no push's that is still under way.
 * repo_blob.relied_at: when an answer last said that it is there, give or take what leases.ts lets pass.
 * object.state: staging → ready → condemned → deleted, and ready → quarantined → condemned.
 * registry.state: live → gone: its row stays until its content is drained, under a name that no registry can have.
 * registry.settings: JSON, as `core/registry-settings.ts` reads and writes it; made of the registry's resource, in the same command.
 * signing_key.registry_id 0: the directory's own.
 * repository.created_at: when its first manifest came; a repository without one is hidden and has nothing to tell.
 * manifest.image_size, architecture, os: written when the manifest is put (image-size.ts); null where its config was not there to read.
 * upload.epoch: how often it was claimed. digest: of the acknowledged bytes, once done of the blob; mark_state: what the blob store
 * needs to go on behind them. Both null while nothing was acknowledged.
 * repository.state: live → draining (its name is free again; it is emptied) → row gone; where the registry keeps what is deleted,
 * live → keeping (its manifests and tags become deleted ones) → kept.
 * tag.since, put_by: from when it has had this digest, and by whom.
 * deleted_manifest, deleted_tag: as they were. What a deleted manifest names, its links, blobs and body stand as before.
 */
type Types = Pick<Dialect, 'text' | 'bytes' | 'bigint'>

const manifestColumns = ({ text, bytes, bigint }: Types) => `
      repo_id ${bigint} NOT NULL REFERENCES repository(id), digest ${bytes} NOT NULL, registry_id ${bigint} NOT NULL,
      media_type ${text} NOT NULL, size INTEGER NOT NULL, subject ${bytes}, artifact_type ${text}, annotations ${text},
      created_at ${bigint} NOT NULL, updated_at ${bigint} NOT NULL, lease_until ${bigint} NOT NULL,
      write_enabled INTEGER NOT NULL DEFAULT 1, delete_enabled INTEGER NOT NULL DEFAULT 1,
      read_enabled INTEGER NOT NULL DEFAULT 1, list_enabled INTEGER NOT NULL DEFAULT 1,
      quarantine_state ${text}, quarantine_details ${text}, config_media_type ${text}, architecture ${text}, os ${text},
      image_size ${bigint} NOT NULL DEFAULT 0`

const tagColumns = ({ text, bytes, bigint }: Types) => `
      repo_id ${bigint} NOT NULL REFERENCES repository(id), name ${text} NOT NULL, digest ${bytes} NOT NULL,
      created_at ${bigint} NOT NULL, updated_at ${bigint} NOT NULL,
      write_enabled INTEGER NOT NULL DEFAULT 1, delete_enabled INTEGER NOT NULL DEFAULT 1,
      read_enabled INTEGER NOT NULL DEFAULT 1, list_enabled INTEGER NOT NULL DEFAULT 1`

/** Of an object that has a file of its own. Where all lie in a bucket the index of them is empty, and is asked at each start. */
export const hasFile = `state = 'ready' AND bytes IS NULL AND substr(backend, 1, 5) = 'files'`

export const contentTables = ({ text, identity, bytes, bigint, clustered }: Dialect): string[] => [
  `CREATE TABLE registry (
      id ${identity}, name ${text} NOT NULL UNIQUE, seq ${bigint} NOT NULL DEFAULT 0,
      state ${text} NOT NULL DEFAULT 'live', resource_key ${text}, settings ${text} NOT NULL)`,
  `CREATE UNIQUE INDEX registry_resource ON registry (resource_key)`,
  `CREATE TABLE installation (
      id INTEGER PRIMARY KEY CHECK (id = 1), key_check ${text} NOT NULL, begun INTEGER NOT NULL, owner_sealed ${text}, passwords_shown INTEGER NOT NULL)`,
  `CREATE TABLE time_mark (
      id INTEGER PRIMARY KEY CHECK (id = 1), wall ${bigint} NOT NULL, uptime ${bigint} NOT NULL, boot ${text}, rest_left ${bigint} NOT NULL)`,
  `CREATE TABLE usage (
      registry_id ${bigint} NOT NULL REFERENCES registry(id), slot INTEGER NOT NULL,
      used ${bigint} NOT NULL DEFAULT 0, unreferenced ${bigint} NOT NULL DEFAULT 0, pending ${bigint} NOT NULL DEFAULT 0,
      reserved ${bigint} NOT NULL DEFAULT 0, condemned ${bigint} NOT NULL DEFAULT 0,
      PRIMARY KEY (registry_id, slot))`,
  `CREATE TABLE storage_limit (registry_id ${bigint} PRIMARY KEY REFERENCES registry(id), bytes ${bigint})`,
  `CREATE TABLE credential (
      id ${text} PRIMARY KEY, registry_id ${bigint} NOT NULL REFERENCES registry(id), principal_id ${text} NOT NULL,
      principal_name ${text} NOT NULL, kind ${text} NOT NULL, slot ${text} NOT NULL, secret_hash ${text} NOT NULL,
      secret_sealed ${text}, version INTEGER NOT NULL DEFAULT 1, created_at ${bigint} NOT NULL DEFAULT 0, expires_at ${bigint},
      UNIQUE (registry_id, principal_id, slot))`,
  `CREATE TABLE signing_key (
      kid ${text} PRIMARY KEY, registry_id ${bigint} NOT NULL, algorithm ${text} NOT NULL,
      public_jwk ${text} NOT NULL, private_sealed ${text} NOT NULL, created_at ${bigint} NOT NULL,
      sign_until ${bigint} NOT NULL, verify_until ${bigint} NOT NULL)`,
  `CREATE TABLE repository (
      id ${identity}, registry_id ${bigint} NOT NULL REFERENCES registry(id), name ${text} NOT NULL,
      state ${text} NOT NULL DEFAULT 'live', manifests INTEGER NOT NULL DEFAULT 0,
      write_enabled INTEGER NOT NULL DEFAULT 1, delete_enabled INTEGER NOT NULL DEFAULT 1,
      read_enabled INTEGER NOT NULL DEFAULT 1, list_enabled INTEGER NOT NULL DEFAULT 1,
      created_at ${bigint} NOT NULL DEFAULT 0, updated_at ${bigint} NOT NULL DEFAULT 0)`,
  `CREATE UNIQUE INDEX repository_live ON repository (registry_id, name) WHERE state = 'live'`,
  `CREATE INDEX repository_listed ON repository (registry_id, name) WHERE state = 'live' AND manifests > 0`,
  `CREATE INDEX repository_draining ON repository (id) WHERE state IN ('draining', 'keeping')`,
  `CREATE TABLE repository_deletion (
      registry_id ${bigint} NOT NULL REFERENCES registry(id), name ${text} NOT NULL, seq ${bigint} NOT NULL,
      PRIMARY KEY (registry_id, name))`,
  `CREATE TABLE object (
      object_id ${text} PRIMARY KEY, registry_id ${bigint} NOT NULL REFERENCES registry(id), digest ${bytes},
      size ${bigint} NOT NULL DEFAULT 0, storage_key ${text} NOT NULL UNIQUE, backend ${text} NOT NULL, state ${text} NOT NULL,
      block_crc ${bytes}, bytes ${bytes}, created_at ${bigint} NOT NULL, verified_at ${bigint}, condemned_at ${bigint})`,
  `CREATE INDEX object_in_file ON object (backend) WHERE ${hasFile}`,
  `CREATE INDEX object_condemned_of ON object (registry_id, condemned_at) WHERE state = 'condemned'`,
  `CREATE TABLE blob (
      registry_id ${bigint} NOT NULL, digest ${bytes} NOT NULL, object_id ${text} NOT NULL REFERENCES object(object_id),
      size ${bigint} NOT NULL, named INTEGER NOT NULL DEFAULT 0,
      PRIMARY KEY (registry_id, digest))${clustered}`,
  // Who forgets an object has the database look whether a blob still is it.
  `CREATE INDEX blob_object ON blob (object_id)`,
  `CREATE TABLE blob_in_use (registry_id ${bigint} NOT NULL, digest ${bytes} NOT NULL, PRIMARY KEY (registry_id, digest))${clustered}`,
  `CREATE TABLE repo_blob (
      repo_id ${bigint} NOT NULL REFERENCES repository(id), digest ${bytes} NOT NULL, registry_id ${bigint} NOT NULL,
      lease_until ${bigint} NOT NULL, relied_at ${bigint} NOT NULL, PRIMARY KEY (repo_id, digest),
      FOREIGN KEY (registry_id, digest) REFERENCES blob(registry_id, digest))${clustered}`,
  `CREATE INDEX repo_blob_digest ON repo_blob (registry_id, digest)`,
  `CREATE TABLE manifest (${manifestColumns({ text, bytes, bigint })}, PRIMARY KEY (repo_id, digest))${clustered}`,
  `CREATE TABLE deleted_manifest (${manifestColumns({ text, bytes, bigint })},
      deleted_at ${bigint} NOT NULL, PRIMARY KEY (repo_id, digest))${clustered}`,
  `CREATE INDEX deleted_manifest_digest ON deleted_manifest (registry_id, digest)`,
  `CREATE INDEX manifest_updated ON manifest (repo_id, updated_at, digest)`,
  `CREATE INDEX manifest_digest ON manifest (registry_id, digest)`,
  `CREATE INDEX manifest_subject ON manifest (repo_id, subject, digest) WHERE subject IS NOT NULL`,
  `CREATE TABLE manifest_body (
      registry_id ${bigint} NOT NULL, digest ${bytes} NOT NULL, bytes ${bytes} NOT NULL, PRIMARY KEY (registry_id, digest))`,
  `CREATE TABLE manifest_ref (
      repo_id ${bigint} NOT NULL, parent ${bytes} NOT NULL, child ${bytes} NOT NULL, kind ${text} NOT NULL,
      PRIMARY KEY (repo_id, parent, child, kind))${clustered}`,
  `CREATE INDEX manifest_ref_child ON manifest_ref (repo_id, child, kind)`,
  `CREATE TABLE tag (${tagColumns({ text, bytes, bigint })},
      since ${bigint} NOT NULL, put_by ${text}, PRIMARY KEY (repo_id, name))${clustered}`,
  `CREATE TABLE deleted_tag (${tagColumns({ text, bytes, bigint })},
      deleted_at ${bigint} NOT NULL, PRIMARY KEY (repo_id, name, digest))${clustered}`,
  `CREATE INDEX deleted_tag_digest ON deleted_tag (repo_id, digest)`,
  `CREATE INDEX tag_updated ON tag (repo_id, updated_at, name)`,
  `CREATE INDEX tag_digest ON tag (repo_id, digest)`,
  `CREATE TABLE upload (
      upload_id ${text} PRIMARY KEY, registry_id ${bigint} NOT NULL, repo_id ${bigint} NOT NULL REFERENCES repository(id), principal_id ${text} NOT NULL,
      object_id ${text} NOT NULL, algorithm ${text} NOT NULL, size ${bigint} NOT NULL DEFAULT 0,
      last_start ${bigint} NOT NULL DEFAULT 0, epoch ${bigint} NOT NULL DEFAULT 1, mark_state ${bytes},
      state ${text} NOT NULL DEFAULT 'open', digest ${bytes},
      reserved ${bigint} NOT NULL DEFAULT 0, expires_at ${bigint} NOT NULL)${clustered}`,
  `CREATE INDEX upload_expiry ON upload (expires_at)`,
  `CREATE INDEX upload_repo ON upload (repo_id)`,
  `CREATE INDEX upload_principal ON upload (registry_id, principal_id, expires_at) WHERE state = 'open'`,
  `CREATE TABLE gc_queue (
      repo_id ${bigint} NOT NULL, digest ${bytes} NOT NULL, registry_id ${bigint} NOT NULL, review_after ${bigint} NOT NULL,
      PRIMARY KEY (repo_id, digest))${clustered}`,
  `CREATE INDEX gc_queue_due ON gc_queue (review_after)`,
  `CREATE INDEX gc_queue_of ON gc_queue (registry_id, review_after, repo_id, digest)`,
]
