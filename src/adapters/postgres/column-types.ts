import { type CustomTypesConfig, types } from 'pg'

/** In whichever form the database, or the role, was told to write them. */
const escaped = types.getTypeParser(types.builtins.BYTEA, 'text') as (text: string) => Buffer
const bytes = (text: string): Uint8Array => (text.startsWith('\\x') ? Uint8Array.fromHex(text.slice(2)) : Uint8Array.from(escaped(text)))

const number = (text: string): number => Number(text)
const parsers = new Map<number, (text: string) => unknown>([
  [types.builtins.INT8, number],
  [types.builtins.NUMERIC, number],
  [types.builtins.BYTEA, bytes],
])

/** What each type of a column is in JavaScript: numbers, texts and bytes, as SQLite gives them. */
export const columnTypes: CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') => parsers.get(oid) ?? types.getTypeParser(oid, format as 'text'),
}
