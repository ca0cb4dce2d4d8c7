import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { crc32 } from 'node:zlib'
import { patternOf } from '#ports/blob-scene.contract.ts'
import { checksumBlock, CorruptBlob } from '#ports/blob-store.ts'
import { openSealed, type ReadSide } from './blob-reader.ts'
import { QuickReads } from './quick-reads.ts'
import { ReadBuffers } from './read-buffers.ts'
import { SummedBlocks } from './summed-blocks.ts'

const folder = mkdtempSync(join(tmpdir(), 'longshore-reader-'))
after(() => rmSync(folder, { recursive: true }))
const path = join(folder, 'object')
const bytes = patternOf(5 * checksumBlock + 100)
const checksums = Buffer.alloc(6 * 4)
for (let block = 0; block < 6; block++)
  checksums.writeUInt32BE(crc32(bytes.subarray(block * checksumBlock, (block + 1) * checksumBlock)), block * 4)

const clock = { at: 0, elapsed: () => clock.at }

/** A flip of the medium is seen in no inode: here the file looks the same whatever is written to it. */
class Unseeing extends SummedBlocks {
  override of(key: string) {
    return super.of(key, { dev: 0n, ino: 0n, size: BigInt(bytes.length), mtimeNs: 0n, ctimeNs: 0n })
  }
}
const start = (): ReadSide => ({ summed: new Unseeing(clock), quick: new QuickReads(clock), buffers: new ReadBuffers() })

async function readWith(side: ReadSide, take: (piece: Uint8Array) => Promise<boolean> = async () => true): Promise<Buffer> {
  const reader = await openSealed(path, { key: 'k', size: bytes.length, checksums }, side)
  const given: Buffer[] = []
  try {
    await reader.read(0, bytes.length - 1, (piece) => {
      given.push(Buffer.from(piece))
      return take(piece)
    })
  } finally {
    await reader.close()
  }
  return Buffer.concat(given)
}

function flip(at: number): void {
  const stored = readFileSync(path)
  stored[at] = (stored[at] ?? 0) ^ 1
  writeFileSync(path, stored)
}

const openHere = () => {
  const links = readdirSync('/proc/self/fd').map((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`)
    } catch {
      return ''
    }
  })
  return links.filter((link) => link === path).length
}

for (const resting of [false, true])
  test(`a block that was summed lately is believed; after a start and after an hour it is summed again${resting ? ', also by who reads aside' : ''}`, async () => {
    writeFileSync(path, bytes)
    const side = start()
    const rest = () => void (resting && side.quick.try(() => (clock.at += 1)))
    assert.ok((await readWith(side)).equals(bytes))
    rest()
    assert.ok((await readWith(side)).equals(bytes))
    flip(2 * checksumBlock + 7)
    rest()
    assert.equal((await readWith(side)).equals(bytes), false, 'what the decision promises, and no more')
    await assert.rejects(readWith(start()), CorruptBlob)
    clock.at += 60 * 60_000 + 1000
    rest()
    await assert.rejects(readWith(side), CorruptBlob)
    await assert.rejects(readWith(side), CorruptBlob)
    flip(2 * checksumBlock + 7)
    assert.ok((await readWith(side)).equals(bytes))
  })

for (const [what, prepare] of [
  ['for the first time', async () => {}],
  ['again', async (side: ReadSide) => void (await readWith(side))],
] as const)
  for (const [who, take] of [
    ['goes', async () => false],
    ['fails', () => Promise.reject(new Error('gone'))],
  ] as const)
    test(`a taker who ${who} while it is read ${what} leaves no descriptor, and its buffers whole`, {
      skip: process.platform !== 'linux',
    }, async () => {
      writeFileSync(path, bytes)
      const side = start()
      await prepare(side)
      for (const pieces of [0, 1, 3]) {
        let taken = 0
        await readWith(side, () => (taken++ < pieces ? Promise.resolve(true) : take())).catch((error: Error) =>
          assert.equal(error.message, 'gone'),
        )
        assert.equal(taken, pieces + 1)
      }
      assert.equal(openHere(), 0)
      assert.ok((await readWith(side)).equals(bytes))
    })

test('a file that became too short is corrupt, whatever was summed', async () => {
  writeFileSync(path, bytes)
  const side = start()
  await readWith(side)
  writeFileSync(path, bytes.subarray(0, -1))
  await assert.rejects(readWith(side), CorruptBlob)
  assert.equal(openHere(), 0)
})
