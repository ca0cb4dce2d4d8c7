import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { columnTypes } from '#adapters/postgres/column-types.ts'
import { PostgresTransaction } from '#adapters/postgres/connection.ts'
import { numbered } from '#adapters/postgres/dialect.ts'
import { openPostgresStore } from '#adapters/postgres/store.ts'
import { openMemoryMetadataStore } from '#adapters/sqlite/memory-store.ts'
import { metadataStoreContract } from '#ports/metadata-store.contract.ts'
import { Client, type FieldDef, types } from 'pg'
import { described } from './described.ts'
import { byCallers } from './beginning.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'
import { inWordsOf, kindOf, type Recorded, RecordingConnection, Statements } from './recorded-statements.ts'
import { type Kind, readSites } from './statement-sites.ts'

const { sites, pieces } = readSites()
const statements = new Statements()
const siteOf = new Map(sites.map((site) => [site.place, site]))

let server: PostgresServer
let client: Client
before(async () => {
  server = await startPostgres()
  const url = await server.database()
  await (await openPostgresStore({ url, connections: 1 })).close()
  client = new Client({ connectionString: url })
  await client.connect()
})
after(async () => {
  await client.end()
  server.stop()
})

// As with other writers, and as the only one: each asks what the other need not.
for (const alone of [true, false])
  metadataStoreContract(alone ? 'alone' : 'among others', async () =>
    openMemoryMetadataStore({ connection: new RecordingConnection(statements, alone) }),
  )

test('the contract asks each statement that there is', () => {
  assert.ok(sites.length > 250 && statements.all.length > sites.length / 2)
  const asked = new Set(statements.all.map(({ place }) => place))
  assert.deepEqual(
    sites.map(({ place }) => place).filter((place) => !asked.has(place)),
    [],
  )
  assert.deepEqual(
    [...asked].filter((place) => !siteOf.has(place)),
    [],
  )
  // A statement that has forms: each piece of its text was in one that was asked.
  const texts = statements.all.map(({ text }) => text).join('\n')
  assert.deepEqual(
    pieces.filter(({ text }) => !texts.includes(text)),
    [],
  )
})

test('a place that reads columns names their types', () => {
  assert.deepEqual(
    sites.filter(({ unnamed }) => unnamed).map(({ place }) => place),
    [],
  )
})

const sampleOf = (oid: number): string => (oid === types.builtins.BYTEA ? '\\x01' : oid === types.builtins.BOOL ? 't' : '1')
const kindIn = (field: FieldDef): Kind =>
  kindOf((columnTypes.getTypeParser(field.dataTypeID, 'text') as (text: string) => unknown)(sampleOf(field.dataTypeID)))

/** What is wrong with a statement: with what PostgreSQL says of it, with what came back from SQLite, or with what the code takes it for. */
function faultsOf({ place, columns, seen }: Recorded, fields: readonly FieldDef[] | string): string[] {
  if (typeof fields === 'string') return [fields]
  const row = siteOf.get(place)?.row
  if (!row) return []
  const faults: string[] = []
  const named = fields.map(({ name }) => name)
  if (named.join() !== columns.join()) faults.push(`${columns.join()} on SQLite, ${named.join()} on PostgreSQL`)
  if ([...row.keys()].sort().join() !== named.toSorted().join()) faults.push(`gives ${named.join()}, is read as ${[...row.keys()].join()}`)
  for (const field of fields) {
    const there = kindIn(field)
    const here = [...(seen.get(field.name) ?? [])]
    const read = [...(row.get(field.name) ?? [])]
    const other = here.filter((kind) => kind !== 'null' && kind !== there)
    if (other.length > 0) faults.push(`${field.name} is ${there} on PostgreSQL, ${other.join()} on SQLite`)
    if (here.includes('null') && !read.includes('null')) faults.push(`${field.name} may be null, is read as ${read.join()}`)
    if (read.some((kind) => kind !== 'null' && kind !== there)) faults.push(`${field.name} is ${there}, is read as ${read.join()}`)
  }
  return faults
}

test('both databases take each statement, and give the columns that the code reads', async () => {
  const words = await PostgresTransaction.begin(client, byCallers(Date.now))
  await client.query('ROLLBACK')
  const faults: string[] = []
  for (const statement of statements.all) {
    const text = numbered(inWordsOf(words, statement.text))
    for (const fault of faultsOf(statement, await described(client, text))) faults.push(`${statement.place}: ${fault}\n${text}`)
  }
  assert.deepEqual(faults, [])
})
