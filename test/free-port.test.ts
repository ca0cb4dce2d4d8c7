import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { freePort } from './world/free-port.ts'

const many = (): Promise<number[]> => Promise.all(Array.from({ length: 40 }, () => freePort()))

test('no port is given to two tests, whether they run in one process or beside each other', async () => {
  const own = await many()
  const module = JSON.stringify(new URL('./world/free-port.ts', import.meta.url))
  const program = `const { freePort } = await import(${module}); for (let each = 0; each < 40; each++) console.log(await freePort())`
  const others = execFileSync(process.execPath, ['--input-type=module', '--eval', program]).toString().trim().split('\n').map(Number)
  const block = (port: number) => Math.floor(port / 100)
  assert.equal(new Set([...own, ...others]).size, 80)
  assert.equal(new Set(own.map(block)).size, 1)
  assert.notEqual(block(own[0] ?? 0), block(others[0] ?? 0))
})
