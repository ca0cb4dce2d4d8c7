import assert from 'node:assert/strict'
import { dirname, join, normalize } from 'node:path'
import { test } from 'node:test'
import { closetOf, roomOf, sources, specifiers, textOf } from './house.ts'

/** Which room may import which; the same table stands in docs/ARCHITECTURE.md. */
const rooms: Readonly<Record<string, readonly string[]>> = {
  core: [],
  ports: ['core'],
  store: ['core', 'ports'],
  app: ['core', 'ports'],
  adapters: ['core', 'ports'],
  http: ['core'],
  surfaces: ['core', 'ports', 'app', 'http', 'words'],
  client: ['core'],
  runner: ['core', 'ports', 'client'],
  cli: ['core', 'client', 'words'],
  words: [],
  main: ['core', 'ports', 'app', 'adapters', 'http', 'surfaces', 'client', 'runner', 'cli', 'words'],
}
/** The databases run what the store says; no other room knows it. */
const databases = ['adapters/sqlite', 'adapters/postgres']
/** No adapter knows another, but that the stores of objects have one room for what they do alike. */
const buckets = ['adapters/s3', 'adapters/azblob']
const mayEnter = (own: string, other: string) => own === other || (other === 'adapters/bucket' && buckets.includes(own))

function target(file: string, specifier: string): string | undefined {
  if (specifier.startsWith('#')) return specifier.slice(1)
  if (specifier.startsWith('.')) return normalize(join(dirname(file), specifier))
  return undefined
}

test('no room imports what the table forbids', () => {
  assert.ok(sources.length > 50, 'the sources are found')
  const wrong: string[] = []
  for (const file of sources) {
    for (const specifier of specifiers(file)) {
      const to = target(file, specifier)
      if (to === undefined) continue
      const [own, other] = [roomOf(file), roomOf(to)]
      const crosses = own !== other
      const mayCross = rooms[own]?.includes(other) || (other === 'store' && databases.includes(closetOf(file)))
      if (crosses && !mayCross) wrong.push(`${file} imports ${to}`)
      if (crosses !== specifier.startsWith('#')) wrong.push(`${file}: write ${specifier} as ${crosses ? '#room/file.ts' : './file.ts'}`)
      const closets = own === 'adapters' || own === 'surfaces'
      if (closets && !crosses && !mayEnter(closetOf(file), closetOf(to))) wrong.push(`${file} imports another closet: ${to}`)
    }
  }
  assert.deepEqual(wrong, [])
})

test('only main and adapters read the environment, the clock and chance', () => {
  const wrong = sources.filter((file) => {
    if (['main', 'adapters', 'cli'].includes(roomOf(file)) || file.endsWith('.test.ts')) return false
    return /\bprocess\.env\b|\bDate\.now\(|\bMath\.random\(|\brandomUUID\(|\bfetch\(/.test(textOf(file))
  })
  assert.deepEqual(wrong, [])
})

test('no catch-all files, no default exports', () => {
  assert.deepEqual(
    sources.filter((file) => /(?:^|\/)(?:utils?|helpers?|common|misc|index)\.ts$/.test(file) || /^export default/m.test(textOf(file))),
    [],
  )
})

test('no circle of imports', () => {
  const imports = new Map(sources.map((file) => [file, specifiers(file).flatMap((specifier) => target(file, specifier) ?? [])]))
  const circles: string[] = []
  const done = new Set<string>()
  const follow = (file: string, way: readonly string[]): void => {
    if (way.includes(file)) circles.push([...way.slice(way.indexOf(file)), file].join(' → '))
    if (way.includes(file) || done.has(file)) return
    for (const next of imports.get(file) ?? []) follow(next, [...way, file])
    done.add(file)
  }
  for (const file of imports.keys()) follow(file, [])
  assert.deepEqual(circles, [])
})
