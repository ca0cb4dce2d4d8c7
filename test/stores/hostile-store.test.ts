// A store that answers what no store has reason to: without end, or words of its own where its failure's name belongs. What is asked of it ends and tells nothing on.
import assert from 'node:assert/strict'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { AzureClient } from '#adapters/azblob/client.ts'
import { parseAzurePlace } from '#adapters/azblob/place.ts'
import type { ObjectClient } from '#adapters/bucket/object-client.ts'
import { S3Client } from '#adapters/s3/client.ts'
import { parseS3Place } from '#adapters/s3/place.ts'

type Answering = (request: http.IncomingMessage, response: http.ServerResponse) => void

const head = '<?xml version="1.0" encoding="UTF-8"?>'
const isAzure = ({ headers }: http.IncomingMessage) => headers['x-ms-version'] !== undefined
const begin = (response: http.ServerResponse, status: number) => response.writeHead(status, { 'content-type': 'application/xml' })

function withoutEnd(response: http.ServerResponse, piece: string): void {
  const more = () => {
    if (response.destroyed) return
    if (response.write(piece)) setImmediate(more)
    else response.once('drain', more)
  }
  more()
}

let answering: Answering
let asked: number
let server: http.Server
let clients: [name: string, client: ObjectClient][]
before(async () => {
  server = http.createServer((request, response) => {
    asked++
    request.resume()
    answering(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const patience = { idle: 1000, answer: 2000, attempts: 1 }
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'TESTKEY', AWS_SECRET_ACCESS_KEY: 'TESTSECRET' })
  const secret = { kind: 'key', key: Buffer.alloc(32).toString('base64') } as const
  clients = [
    ['s3', await S3Client.open(parseS3Place(`s3://bucket/p?endpoint=${endpoint}`), patience)],
    ['azblob', await AzureClient.open(parseAzurePlace(`azblob://account/box/p?endpoint=${endpoint}`), { secret: () => secret }, patience)],
  ]
})
after(() => {
  for (const [, client] of clients) client.close()
  server.closeAllConnections()
  server.close()
})

async function failureOf(work: () => Promise<unknown>): Promise<string> {
  asked = 0
  try {
    await work()
  } catch (error) {
    return (error as Error).message
  }
  return 'nothing failed'
}

const ways: [name: string, work: (client: ObjectClient) => Promise<unknown>][] = [
  ['list', (client) => Array.fromAsync(client.list(''))],
  ['unfinished', (client) => Array.fromAsync(client.unfinished(''))],
]

for (const [name, work] of ways) {
  test(`${name}: an answer without end is not read to its end`, async () => {
    answering = (_, response) => {
      begin(response, 200).write(`${head}<List>`)
      withoutEnd(response, '<Contents><Key>a</Key></Contents>'.repeat(10_000))
    }
    for (const [kind, client] of clients) assert.equal(await failureOf(() => work(client)), 'the object store failed (AnswerTooLong)', kind)
  })

  test(`${name}: an answer that goes on by drops ends in time`, async () => {
    answering = (_, response) => {
      begin(response, 200).write(`${head}<List>`)
      const drops = setInterval(() => response.write(' '), 100)
      response.on('close', () => clearInterval(drops))
    }
    for (const [kind, client] of clients)
      assert.equal(await failureOf(() => work(client)), 'the object store did not answer in time (AnswerEndless)', kind)
  })

  test(`${name}: pages that lead to themselves are not turned for ever`, async () => {
    answering = (request, response) => {
      begin(response, 200)
      const azure = '<EnumerationResults><Blobs></Blobs><NextMarker>same</NextMarker></EnumerationResults>'
      const truncated =
        '<IsTruncated>true</IsTruncated><NextContinuationToken>same</NextContinuationToken><NextKeyMarker>same</NextKeyMarker>'
      response.end(head + (isAzure(request) ? azure : `<ListResult>${truncated}</ListResult>`))
    }
    for (const [kind, client] of clients) {
      assert.equal(await failureOf(() => work(client)), 'the object store failed (ListEndless)', kind)
      assert.equal(asked, 2, kind)
    }
  })
}

test('a refusal without end is not read to its end', async () => {
  answering = (_, response) => {
    begin(response, 403).write(`${head}<Error><Code>`)
    withoutEnd(response, 'A'.repeat(100_000))
  }
  for (const [kind, client] of clients)
    assert.equal(await failureOf(() => client.put('a', Buffer.from('abc'), undefined)), 'the object store failed (AnswerTooLong)', kind)
})

test('words that a store puts where the name of its failure belongs are not told on', async () => {
  answering = (request, response) => {
    const words = `what a store says of ${'itself '.repeat(1000)}`
    response.writeHead(403, { 'content-type': 'application/xml', ...(isAzure(request) ? { 'x-ms-error-code': words } : {}) })
    response.end(`${head}<Error><Code>${words}</Code><Message>TESTSECRET</Message></Error>`)
  }
  for (const [kind, client] of clients)
    assert.equal(
      await failureOf(() => client.put('a', Buffer.from('abc'), undefined)),
      'the object store refuses the credentials of this server (unknown)',
      kind,
    )
})

const asks: [name: string, work: (client: ObjectClient) => Promise<unknown>][] = [
  ['get', (client) => client.get('a', { from: 0, to: 10 })],
  ['head', (client) => client.head('a')],
  ['remove', (client) => client.remove('a')],
]

for (const [what, type, page] of [
  ['words', 'text/plain', '404 page not found'],
  ['a page', 'text/html', '<html><head><title>404</title></head><body>not found</body></html>'],
  ['nothing', 'text/plain', ''],
  ['that the bucket is gone', 'application/xml', `${head}<Error><Code>NoSuchBucket</Code></Error>`],
] as const)
  test(`a proxy that has lost the store answers 404 with ${what}: no object is taken for lost`, async () => {
    answering = ({ method }, response) => {
      response.writeHead(404, { 'content-type': type, ...(page.includes('Bucket') ? { 'x-ms-error-code': 'ContainerNotFound' } : {}) })
      response.end(method === 'HEAD' ? undefined : page)
    }
    for (const [kind, client] of clients)
      for (const [name, work] of asks)
        assert.match(await failureOf(() => work(client)), /^the object store (?:failed|has no such bucket) \(/, `${kind} ${name}`)
  })

test('a proxy that answers with a page of its own gives no bytes of an object', async () => {
  answering = (_, response) => response.writeHead(200, { 'content-type': 'text/html', etag: '"page"' }).end('<html>back in a moment</html>')
  for (const [kind, client] of clients)
    assert.match(await failureOf(() => client.get('a', { from: 0, to: 10 })), /another range than was asked for|cannot be reached/, kind)
})
