import assert from 'node:assert/strict'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { S3Client } from '#adapters/s3/client.ts'
import { parseS3Place } from '#adapters/s3/place.ts'
import { bucketUploadTests } from './bucket-uploads.ts'
import { startRadosgw } from './radosgw.ts'

bucketUploadTests(startRadosgw(), { multipart: true })

test('a server whose clock is wrong is served: it signs with the clock of the store', async () => {
  const ahead = 60 * 60 * 1000
  const clocks: number[] = []
  const front = http.createServer((request, response) => {
    const asked = String(request.headers['x-amz-date']).replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z')
    const off = Math.abs(Date.parse(asked) - (Date.now() + ahead))
    clocks.push(off)
    response.setHeader('date', new Date(Date.now() + ahead).toUTCString())
    const body = off > 15 * 60 * 1000 ? '<Error><Code>RequestTimeTooSkewed</Code><Message>off</Message></Error>' : ''
    response.writeHead(body === '' ? 206 : 403, { etag: '"x"', 'content-type': 'application/xml', 'content-range': 'bytes 0-0/1' })
    response.end(body === '' ? 'x' : body)
  })
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve))
  const client = await S3Client.open(parseS3Place(`s3://images?endpoint=http://127.0.0.1:${(front.address() as AddressInfo).port}`))
  for (let times = 0; times < 2; times++) assert.equal((await client.get('key', { from: 0, to: 1 }))?.total, 1)
  assert.ok(Math.abs(client.clockOffset - ahead) < 60_000)
  assert.deepEqual(
    clocks.map((off) => off < 60_000),
    [false, true, true],
  )
  client.close()
  front.close()
})
