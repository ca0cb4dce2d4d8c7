import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { crc32 } from 'node:zlib'
import { patternOf } from '#ports/blob-scene.contract.ts'
import { checksumBlock, CorruptBlob } from '#ports/blob-store.ts'
import { openSealed, type ReadSide } from './blob-reader.ts'
import { KeptBodies } from './kept-bodies.ts'
import { QuickReads } from './quick-reads.ts'
import { ReadBuffers } from './read-buffers.ts'
import { LatelySummed, SummedBlocks } from './summed-blocks.ts'

const folder = mkdtempSync(join(tmpdir(), 'longshore-reader-'))
after(() => rmSync(folder, { recursive: true }))
const path = join(folder, 'object')
const bytes = patternOf(5 * checksumBlock + 100)
const small = patternOf(2 * checksumBlock + 5, 7)

function checksumsOf(all: Buffer): Buffer {
  const checksums = Buffer.alloc(Math.ceil(all.length / checksumBlock) * 4)
  for (let at = 0; at < checksums.length; at += 4)
    checksums.writeUInt32BE(crc32(all.subarray((at / 4) * checksumBlock, (at / 4 + 1) * checksumBlock)), at)
  return checksums
}

const clock = { at: 0, elapsed: () => clock.at }

/** A flip of the medium is seen in no inode: here the file looks the same whatever is written to it. */
class Unseeing extends SummedBlocks {
  override of(key: string) {
    return super.of(key, { dev: 0n, ino: 0n, size: BigInt(bytes.length), mtimeNs: 0n, ctimeNs: 0n })
  }
}
const start = (summed = new SummedBlocks(clock)): ReadSide => ({
  summed,
  quick: new QuickReads(clock),
  bodies: new KeptBodies(8 * 1024 * 1024),
  buffers: new ReadBuffers(),
})

async function readWith(side: ReadSide, take: (piece: Uint8Array) => Promise<boolean> = async () => true, all = bytes): Promise<Buffer> {
  const reader = await openSealed(path, { key: 'k', size: all.length, checksums: checksumsOf(all) }, side)
  const given: Buffer[] = []
  try {
    await reader.read(0, all.length - 1, (piece) => {
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
    const side = start(new Unseeing(clock))
    const rest = () => void (resting && side.quick.try(() => (clock.at += 1)))
    assert.ok((await readWith(side)).equals(bytes))
    rest()
    assert.ok((await readWith(side)).equals(bytes))
    flip(2 * checksumBlock + 7)
    rest()
    assert.equal((await readWith(side)).equals(bytes), false, 'what the decision promises, and no more')
    await assert.rejects(readWith(start(new Unseeing(clock))), CorruptBlob)
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

test('a small body that is read again is kept, and given as long as its file and the hour are what they were', async () => {
  writeFileSync(path, small)
  const side = start()
  const pieces: number[] = []
  const readSmall = () => readWith(side, async (piece) => pieces.push(piece.length) > 0, small)
  for (let reading = 0; reading < 4; reading++) assert.ok((await readSmall()).equals(small))
  assert.deepEqual(pieces, [checksumBlock, checksumBlock, 5, small.length, small.length, small.length])
  const reader = await openSealed(path, { key: 'k', size: small.length, checksums: checksumsOf(small) }, side)
  assert.equal(openHere(), 0, 'nothing is open for it')
  await reader.read(checksumBlock - 1, checksumBlock, async (piece) => {
    assert.ok(small.subarray(checksumBlock - 1, checksumBlock + 1).equals(piece))
    return true
  })
  await reader.close()

  flip(checksumBlock + 1)
  await assert.rejects(readSmall(), CorruptBlob)
  flip(checksumBlock + 1)
  for (let reading = 0; reading < 3; reading++) assert.ok((await readSmall()).equals(small))
  clock.at += 60 * 60_000 + 1000
  pieces.length = 0
  await readSmall()
  assert.deepEqual(pieces, [checksumBlock, checksumBlock, 5], 'after an hour it is read and summed')
  await readSmall()
  rmSync(path)
  await assert.rejects(readSmall(), { code: 'ENOENT' })
})

test('of bodies as many bytes are kept as there is room for; those that are asked for stay, the others make room by and by', () => {
  const kept = new KeptBodies(100)
  const file = () => new LatelySummed(clock, { dev: 0n, ino: 0n, size: 40n, mtimeNs: 0n, ctimeNs: 0n })
  const [asked, idle, late] = [file(), file(), file()]
  for (const each of [asked, idle]) {
    assert.equal(kept.admits(40), true)
    kept.keep(each, Buffer.alloc(40))
  }
  let refused = 0
  for (; refused < 1000 && !kept.admits(40); refused++) kept.of(asked)
  assert.ok(refused > 8 && refused < 1000, `it is kept in the end, after ${refused}`)
  kept.keep(late, Buffer.alloc(40))
  assert.deepEqual(
    [asked, idle, late].map((each) => kept.of(each)?.length),
    [40, undefined, 40],
  )
  kept.keep(late, Buffer.alloc(60))
  assert.deepEqual(
    [asked, late].map((each) => kept.of(each)?.length),
    [40, 60],
  )
  kept.keep(idle, Buffer.alloc(101))
  assert.deepEqual(
    [asked, idle, late].map((each) => kept.of(each)),
    [undefined, undefined, undefined],
  )
  const roomy = new KeptBodies(8 * 1024 * 1024)
  assert.deepEqual(
    [4 * checksumBlock, 4 * checksumBlock + 1].map((size) => roomy.admits(size)),
    [true, false],
  )
})

test('more small bodies than there is room for, asked for alike, do not drive one another out', () => {
  const kept = new KeptBodies(16)
  const files = Array.from({ length: 50 }, () => new LatelySummed(clock, { dev: 0n, ino: 0n, size: 1n, mtimeNs: 0n, ctimeNs: 0n }))
  let [made, found] = [0, 0]
  // Every number of a prime's residues once a round: as even as chance, and the same each time.
  for (let asked = 1, round = 0; round < 20_000; round++, asked = (asked * 31) % 10_007) {
    const file = files[asked % files.length] as LatelySummed
    if (kept.of(file)) found++
    else if (kept.admits(1)) {
      kept.keep(file, Buffer.alloc(1))
      made++
    }
  }
  assert.ok(found > 5_000, `${found} were found`)
  assert.ok(made < 400, `${made} were read into fresh memory`)
})
