import { type Json, JsonNumber } from './strict-json.ts'

/** A strictly read document as plain values. Members are own properties whatever their names (`__proto__` too). */
export function plainJson(json: Json): unknown {
  if (json instanceof Map) return Object.fromEntries([...json].map(([name, value]) => [name, plainJson(value)]))
  if (Array.isArray(json)) return json.map(plainJson)
  return json instanceof JsonNumber ? Number(json.text) : json
}
