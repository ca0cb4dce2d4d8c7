import { unknownManifest, unknownRepository, unknownTag } from '#core/failures.ts'
import type { Attributes, AttributesChange, Quarantine } from '#core/attributes.ts'
import type { ListPage, ManifestAttributes, RepositoryAttributes, TagAttributes } from '#ports/repository-attributes.ts'
import { noteEvent } from './event-log.ts'
import { readDigest, type StoredDigest, storedDigest, storedPlace, withDigest } from './stored-digest.ts'
import { findVisible } from './repositories.ts'
import type { SqlReader, SqlValue } from './transaction.ts'
import type { Read, Verb } from './verb.ts'

interface Flags {
  delete_enabled: number
  write_enabled: number
  read_enabled: number
  list_enabled: number
}
type Row<Shape, More = unknown> = Omit<Shape, 'attributes' | 'tags' | 'digest'> & Flags & More

const flags = 'delete_enabled, write_enabled, read_enabled, list_enabled'
const times = 'created_at AS "createdAt", updated_at AS "updatedAt"'

/** A row without its flags, which become what the port calls them. */
function read<Rest>({ delete_enabled, write_enabled, read_enabled, list_enabled, ...rest }: Rest & Flags) {
  const attributes: Attributes = {
    deleteEnabled: delete_enabled === 1,
    writeEnabled: write_enabled === 1,
    readEnabled: read_enabled === 1,
    listEnabled: list_enabled === 1,
  }
  return { ...rest, attributes }
}

export const repositoryAttributes: Read<'repositoryAttributes'> = async (db, registryId, name) => {
  const row = await db.get<Row<RepositoryAttributes> & { tags: number }>(
    `SELECT name, manifests, (SELECT COUNT(*) FROM tag WHERE repo_id = repository.id) AS tags, ${times}, ${flags}
     FROM repository WHERE registry_id = ? AND name = ? AND state = 'live' AND manifests > 0`,
    registryId,
    name,
  )
  return row && read(row)
}

const tagRow = `SELECT name, digest, ${times}, ${flags} FROM tag WHERE repo_id = ?`
const manifestRow = `SELECT digest, media_type AS "mediaType", image_size AS "imageSize", config_media_type AS "configMediaType",
    architecture, os, quarantine_state AS "quarantineState", quarantine_details AS "quarantineDetails", ${times}, ${flags}
  FROM manifest WHERE repo_id = ?`
type TagRow = Row<TagAttributes, { digest: StoredDigest }>
type ManifestRow = Row<ManifestAttributes, { digest: StoredDigest } & { [Name in keyof Quarantine]: string | null }>

export const tagAttributes: Read<'tagAttributes'> = async (db, registryId, name, tag) => {
  const repository = await findVisible(db, registryId, name)
  const row = repository && (await db.get<TagRow>(`${tagRow} AND name = ?`, repository.id, tag))
  return row && read(withDigest(row))
}

export const manifestAttributes: Read<'manifestAttributes'> = async (db, registryId, name, digest) => {
  const repository = await findVisible(db, registryId, name)
  const row = repository && (await db.get<ManifestRow>(`${manifestRow} AND digest = ?`, repository.id, storedDigest(digest)))
  return row && (await readManifests(db, repository.id, [row]))[0]
}

/**
 * The tags of all of them in one read: each read is a way to the database, where there is one. Put in order here: for an order of names all tags of the
 * repository would be read, as the key has it.
 */
async function readManifests(db: SqlReader, repositoryId: number, rows: readonly ManifestRow[]): Promise<ManifestAttributes[]> {
  const tags = await db.all<{ name: ManifestAttributes['tags'][number]; digest: StoredDigest }>(
    `SELECT name, digest FROM tag WHERE repo_id = ? AND digest ${db.among('bytes')}`,
    repositoryId,
    rows.map((row) => row.digest),
  )
  const tagsOf = Map.groupBy(tags, (tag) => readDigest(tag.digest))
  return rows.map((row) => {
    const { attributes, quarantineState, quarantineDetails, ...rest } = read(withDigest(row))
    const own = (tagsOf.get(rest.digest) ?? []).map(({ name }) => name)
    return { ...rest, tags: own.toSorted(inBytes), attributes: { ...attributes, quarantineState, quarantineDetails } }
  })
}

/** Names of tags are ASCII: as the databases compare them. */
const inBytes = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)

export const listTagAttributes: Read<'listTagAttributes'> = async (db, registryId, name, { digest, ...page }) => {
  const repository = await findVisible(db, registryId, name)
  if (!repository) return undefined
  const filter = digest === undefined ? '' : ' AND digest = ?'
  const values = digest === undefined ? [] : [storedDigest(digest)]
  const rest = await pageOf(db, 'tag', 'name', repository.id, page)
  return (await db.all<TagRow>(`${tagRow} AND list_enabled = 1${filter}${rest.sql}`, repository.id, ...values, ...rest.values)).map((row) =>
    read(withDigest(row)),
  )
}

export const listManifestAttributes: Read<'listManifestAttributes'> = async (db, registryId, name, page) => {
  const repository = await findVisible(db, registryId, name)
  if (!repository) return undefined
  const { sql, values } = await pageOf(db, 'manifest', 'digest', repository.id, page)
  const rows = await db.all<ManifestRow>(`${manifestRow} AND list_enabled = 1${sql}`, repository.id, ...values)
  return readManifests(db, repository.id, rows)
}

/** The end of a statement that reads one page. In an order of time the key is part of the place, as many may share a time. */
async function pageOf(
  db: SqlReader,
  table: 'tag' | 'manifest',
  key: 'name' | 'digest',
  repositoryId: number,
  { order, after, limit }: ListPage,
): Promise<{ sql: string; values: SqlValue[] }> {
  const place = key === 'digest' ? storedPlace(after?.key ?? '') : (after?.key ?? '')
  if (order === 'name') return { sql: ` AND ${key} > ? ORDER BY ${key} LIMIT ?`, values: [place, limit] }
  const time =
    after === undefined || after.updatedAt !== undefined
      ? after?.updatedAt
      : (await db.get<{ at: number }>(`SELECT updated_at AS at FROM ${table} WHERE repo_id = ? AND ${key} = ?`, repositoryId, place))?.at
  const [sign, direction, first] = order === 'timeasc' ? ['>', 'ASC', -1] : ['<', 'DESC', Number.MAX_SAFE_INTEGER]
  return {
    sql: ` AND (updated_at, ${key}) ${sign} (?, ?) ORDER BY updated_at ${direction}, ${key} ${direction} LIMIT ?`,
    values: [time ?? first, place, limit],
  }
}

const columns = {
  deleteEnabled: 'delete_enabled',
  writeEnabled: 'write_enabled',
  readEnabled: 'read_enabled',
  listEnabled: 'list_enabled',
} as const

export const changeAttributes: Verb<'changeAttributes'> = async (tx, { registryId, name, target, change }) => {
  const repository = await findVisible(tx, registryId, name)
  if (!repository) throw unknownRepository(name)
  const [table, where, ...keys] =
    target.kind === 'repository'
      ? (['repository', 'id = ?'] as const)
      : target.kind === 'tag'
        ? (['tag', 'repo_id = ? AND name = ?', target.tag] as const)
        : (['manifest', 'repo_id = ? AND digest = ?', storedDigest(target.digest)] as const)
  const sets = Object.values(columns).map((column) => `${column} = COALESCE(?, ${column})`)
  const values: SqlValue[] = Object.keys(columns).map((flag) => {
    const value = change[flag as keyof typeof columns]
    return value === undefined ? null : Number(value)
  })
  if (target.kind === 'manifest') {
    sets.push('quarantine_state = COALESCE(?, quarantine_state)', 'quarantine_details = COALESCE(?, quarantine_details)')
    values.push(change.quarantineState ?? null, change.quarantineDetails ?? null)
  }
  const changed = await tx.run(`UPDATE ${table} SET ${sets.join(', ')} WHERE ${where}`, ...values, repository.id, ...keys)
  if (changed === 0)
    throw target.kind === 'tag'
      ? unknownTag(target.tag)
      : target.kind === 'manifest'
        ? unknownManifest({ kind: 'digest', digest: target.digest })
        : unknownRepository(name)
  const of = target.kind === 'tag' ? { tag: target.tag } : target.kind === 'manifest' ? { digest: target.digest } : {}
  noteEvent(tx, { kind: 'attributes.changed', registryId, details: { repository: name, ...of, change: toldOf(target.kind, change) } })
}

const longestTold = 256

/** What was changed. Of what a scanner says, which may be tens of thousands of characters, an event has the beginning. */
const toldOf = (kind: 'repository' | 'tag' | 'manifest', change: AttributesChange): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(change)
      .filter(([attribute]) => kind === 'manifest' || attribute in columns)
      .map(([attribute, value]) => [attribute, typeof value === 'string' ? value.slice(0, longestTold) : value]),
  )
