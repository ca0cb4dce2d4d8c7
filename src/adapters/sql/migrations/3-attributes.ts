import type { Migration } from './migration.ts'

/**
 * What the metadata API tells and changes: attributes of repositories, tags and manifests, their times, what an image is.
 *
 * repository.created_at: when its first manifest came; a repository without one is hidden and has nothing to tell.
 * manifest.image_size:   written when the manifest is put (image-size.ts).
 * manifest.architecture, os: of an image's config, read when the manifest is put; null where it was not there to read.
 */
export const attributesMigration: Migration = {
  version: 3,
  statements: ({ bigint }) => [
    ...['repository', 'tag', 'manifest'].flatMap((table) => [
      `ALTER TABLE ${table} ADD COLUMN read_enabled INTEGER NOT NULL DEFAULT 1`,
      `ALTER TABLE ${table} ADD COLUMN list_enabled INTEGER NOT NULL DEFAULT 1`,
    ]),
    `ALTER TABLE repository ADD COLUMN created_at ${bigint} NOT NULL DEFAULT 0`,
    `ALTER TABLE repository ADD COLUMN updated_at ${bigint} NOT NULL DEFAULT 0`,
    `UPDATE repository SET
      created_at = COALESCE((SELECT MIN(created_at) FROM manifest WHERE repo_id = repository.id), 0),
      updated_at = COALESCE((SELECT MAX(updated_at) FROM manifest WHERE repo_id = repository.id), 0)`,
    ...['quarantine_state', 'quarantine_details', 'config_media_type', 'architecture', 'os'].map(
      (column) => `ALTER TABLE manifest ADD COLUMN ${column} TEXT`,
    ),
    `ALTER TABLE manifest ADD COLUMN image_size ${bigint} NOT NULL DEFAULT 0`,
    // Of what was put before, the bodies stay unread: blobs tell their sizes, and the rest comes when it is put again.
    `UPDATE manifest SET image_size = COALESCE((
      SELECT SUM(blob.size) FROM manifest_ref
      JOIN blob ON blob.registry_id = manifest.registry_id AND blob.digest = manifest_ref.child
      WHERE manifest_ref.repo_id = manifest.repo_id AND manifest_ref.parent = manifest.digest AND manifest_ref.kind = 'blob'), 0)`,
    `UPDATE manifest SET image_size = (
      SELECT COALESCE(SUM(child.image_size), 0) FROM manifest_ref
      JOIN manifest AS child ON child.repo_id = manifest_ref.repo_id AND child.digest = manifest_ref.child
      WHERE manifest_ref.repo_id = manifest.repo_id AND manifest_ref.parent = manifest.digest AND manifest_ref.kind = 'manifest')
     WHERE EXISTS (SELECT 1 FROM manifest_ref
      WHERE manifest_ref.repo_id = manifest.repo_id AND manifest_ref.parent = manifest.digest AND manifest_ref.kind = 'manifest')`,
    `CREATE INDEX tag_updated ON tag (repo_id, updated_at, name)`,
    `CREATE INDEX manifest_updated ON manifest (repo_id, updated_at, digest)`,
  ],
}
