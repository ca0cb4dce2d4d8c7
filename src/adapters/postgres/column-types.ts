import { type CustomTypesConfig, types } from 'pg'

const number = (text: string): number => Number(text)
const parsers = new Map<number, (text: string) => unknown>([
  [types.builtins.INT8, number],
  [types.builtins.NUMERIC, number],
  [types.builtins.BYTEA, (text) => Uint8Array.fromHex(text.slice(2))],
])

/** What each type of a column is in JavaScript: numbers, texts and bytes, as SQLite gives them. */
export const columnTypes: CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') => parsers.get(oid) ?? types.getTypeParser(oid, format as 'text'),
}
