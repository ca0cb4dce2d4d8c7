import { mkdirSync, writeFileSync } from 'node:fs'
import { run as runProgram } from '../processes.ts'
import { attempt, type Bench, type Item, rotated, withFleet } from '../item.ts'
import { settleDisk } from '../servers/fleet.ts'
import type { Server } from '../servers/server.ts'
import { type Blob, mebibyte, randomBlob } from '../wire/content.ts'
import { RegistryClient } from '../wire/registry.ts'

export const blobSizes = [1, 10, 100, 512] as const
/** curl is what people pull with by hand; the own reader takes bytes faster, so that the server is what is measured. */
export type Reader = 'curl' | 'own reader'
export const blobGetRow = (size: number, reader: Reader): string => `GET ${size} MiB, ${reader}`
const repository = 'bench/blobs'

async function run(bench: Bench): Promise<void> {
  const { recorder, quick, programs } = bench
  const { curl } = programs
  const readers: [Reader, (server: Server, blob: Blob) => Promise<number>][] = [['own reader', readOurselves]]
  if (curl !== undefined) readers.unshift(['curl', (server, blob) => readWithCurl(curl, server, blob)])
  await withFleet(bench, { row: 'start', pinned: true, include: () => true }, async (servers) => {
    for (const size of blobSizes.filter((each) => bench.parts.includes(String(each)))) {
      const blob = randomBlob(size * mebibyte)
      const ready: Server[] = []
      for (const server of servers) {
        const placed = await attempt(bench, `placing ${size} MiB`, server, () => place(server, blob))
        if (placed) ready.push(server)
      }
      settleDisk()
      const rounds = quick ? { 1: 30, 10: 15, 100: 7, 512: 3 }[size] : { 1: 90, 10: 45, 100: 15, 512: 7 }[size]
      // Brings the bytes into memory, and lets each server do often what it is measured at: nobody pulls from one that has just started.
      for (let round = 0; round < { 1: 200, 10: 20, 100: 2, 512: 1 }[size]; round++)
        for (const server of ready) await attempt(bench, `${size} MiB beforehand`, server, () => readOurselves(server, blob).then(() => {}))
      for (let round = 0; round < rounds; round++) {
        for (const [reader, read] of readers) {
          for (const server of rotated(ready, round)) {
            const row = blobGetRow(size, reader)
            await attempt(bench, row, server, async () => {
              const seconds = await read(server, blob)
              const detail = { seconds }
              recorder.add(row, server.name, { value: size / seconds, unit: 'MiB/s', better: 'more', detail })
            })
          }
        }
      }
    }
  })
}

async function place(server: Server, blob: Blob): Promise<void> {
  if (server.name === 'nginx') {
    const folder = `${server.folder}/data/v2/${repository}/blobs`
    mkdirSync(folder, { recursive: true })
    return writeFileSync(`${folder}/${blob.digest}`, blob.bytes)
  }
  const client = new RegistryClient(server)
  try {
    await client.pushBlob(repository, blob)
  } finally {
    client.close()
  }
}

/** A connection of its own for each blob, one after another; the token was fetched before. */
async function readOurselves(server: Server, blob: Blob): Promise<number> {
  await server.authorize('GET', pathOf(blob))
  const client = new RegistryClient(server)
  try {
    const begin = performance.now()
    const length = await client.getBlob(repository, blob.digest)
    const seconds = (performance.now() - begin) / 1000
    if (length !== blob.bytes.length) throw new Error(`${length} bytes, not ${blob.bytes.length}`)
    return seconds
  } finally {
    client.close()
  }
}

async function readWithCurl(curl: string, server: Server, blob: Blob): Promise<number> {
  const { authorization } = await server.authorize('GET', pathOf(blob))
  const login = authorization === undefined ? [] : ['--header', `Authorization: ${authorization}`]
  const format = '%{http_code} %{size_download} %{time_total}'
  const url = `http://127.0.0.1:${server.port}${pathOf(blob)}`
  const { stdout } = await runProgram(curl, ['-sS', '-L', '-o', '/dev/null', '-w', format, ...login, url])
  const [status, length, seconds] = stdout.split(' ').map(Number)
  if (status !== 200 || length !== blob.bytes.length) throw new Error(`curl: ${status}, ${length} bytes`)
  return seconds ?? Number.NaN
}

const pathOf = (blob: Blob): string => `/v2/${repository}/blobs/${blob.digest}`

export const blobGet: Item = { name: 'blob-get', title: 'Blob GET, one after another', parts: blobSizes.map(String), disk: 6, run }
