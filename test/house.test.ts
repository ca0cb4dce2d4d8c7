import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { globSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { test } from 'node:test'

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
/** The databases run what the store says; no other room knows it, and no adapter knows another. */
const databases = ['adapters/sqlite', 'adapters/postgres']

const sources = globSync('src/**/*.ts').sort()
const specifiers = (file: string): string[] =>
  [
    ...readFileSync(file, 'utf8').matchAll(
      /(?:^|\n)\s*(?:import|export)\b[^'"`;]*?from\s*'([^']+)'|import\('([^']+)'\)|^import\s*'([^']+)'/g,
    ),
  ].map((match) => match[1] ?? match[2] ?? match[3] ?? '')
const roomOf = (path: string): string => path.split('/')[0] ?? ''
/** Adapters and surfaces are rooms of closets that do not know each other. */
const closetOf = (path: string): string => path.split('/').slice(0, 2).join('/')

function target(file: string, specifier: string): string | undefined {
  if (specifier.startsWith('#')) return specifier.slice(1)
  if (specifier.startsWith('.')) return normalize(join(relative('src', dirname(file)), specifier))
  return undefined
}

test('no room imports what the table forbids', () => {
  assert.ok(sources.length > 50, 'the sources are found')
  const wrong: string[] = []
  for (const file of sources) {
    const from = relative('src', file)
    for (const specifier of specifiers(file)) {
      const to = target(file, specifier)
      if (to === undefined) continue
      const [own, other] = [roomOf(from), roomOf(to)]
      const crosses = own !== other
      const mayCross = rooms[own]?.includes(other) || (other === 'store' && databases.includes(closetOf(from)))
      if (crosses && !mayCross) wrong.push(`${from} imports ${to}`)
      if (crosses !== specifier.startsWith('#')) wrong.push(`${from}: write ${specifier} as ${crosses ? '#room/file.ts' : './file.ts'}`)
      const closets = own === 'adapters' || own === 'surfaces'
      if (closets && !crosses && closetOf(from) !== closetOf(to)) wrong.push(`${from} imports another closet: ${to}`)
    }
  }
  assert.deepEqual(wrong, [])
})

test('only main and adapters read the environment, the clock and chance', () => {
  const wrong = sources.filter((file) => {
    if (['main', 'adapters', 'cli'].includes(roomOf(relative('src', file))) || file.endsWith('.test.ts')) return false
    return /\bprocess\.env\b|\bDate\.now\(|\bMath\.random\(|\brandomUUID\(|\bfetch\(/.test(readFileSync(file, 'utf8'))
  })
  assert.deepEqual(wrong, [])
})

test('no catch-all files, no default exports', () => {
  assert.deepEqual(
    sources.filter(
      (file) => /(?:^|\/)(?:utils?|helpers?|common|misc|index)\.ts$/.test(file) || /^export default/m.test(readFileSync(file, 'utf8')),
    ),
    [],
  )
})

test('no circle of imports', () => {
  const imports = new Map(
    sources.map((file) => [relative('src', file), specifiers(file).flatMap((specifier) => target(file, specifier) ?? [])]),
  )
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
