import assert from 'node:assert/strict'
import { test } from 'node:test'
import { closetOf, roomOf, sources, specifiers } from './house.ts'

interface Allowed {
  /** Packages of npm. */
  npm: readonly string[]
  /** `node:` modules: these, or any. */
  node: readonly string[] | 'any'
}

/** What computes may be used anywhere below; what reaches out (files, sockets, threads) where the world is reached. */
const rooms: Readonly<Record<string, Allowed>> = {
  core: { npm: [], node: [] },
  ports: { npm: [], node: [] },
  store: { npm: [], node: ['node:crypto'] },
  app: { npm: [], node: ['node:crypto', 'node:zlib'] },
  http: { npm: [], node: 'any' },
  surfaces: { npm: [], node: [] },
  client: { npm: [], node: 'any' },
  cli: { npm: ['commander'], node: [] },
  words: { npm: ['intl-messageformat'], node: [] },
  main: { npm: ['pino', 'yaml'], node: 'any' },
}
/** Of the adapters each closet has its own. */
const closets: Readonly<Record<string, readonly string[]>> = {
  'adapters/jose': ['jose'],
  'adapters/x509': ['@peculiar/x509', 'reflect-metadata'],
  'adapters/postgres': ['pg'],
  'adapters/azblob': ['@azure/identity', '@azure/storage-blob'],
  'adapters/s3': ['@aws-sdk/client-s3', '@aws-sdk/s3-request-presigner'],
  'adapters/telemetry': ['pino', 'prom-client'],
}
const allowedIn = (file: string): Allowed =>
  roomOf(file) === 'adapters' ? { npm: closets[closetOf(file)] ?? [], node: 'any' } : (rooms[roomOf(file)] ?? { npm: [], node: [] })

test('each room uses the packages and the modules of Node that it may', () => {
  const wrong: string[] = []
  for (const file of sources) {
    if (/\.(?:test|contract)\.ts$/.test(file)) continue
    const { npm, node } = allowedIn(file)
    for (const specifier of specifiers(file)) {
      if (/^[#.]/.test(specifier)) continue
      const mayUse = specifier.startsWith('node:') ? node === 'any' || node.includes(specifier) : npm.includes(specifier)
      if (!mayUse) wrong.push(`${file} may not use ${specifier}`)
    }
  }
  assert.deepEqual(wrong, [])
})
