// How a server comes to a container of Azure: by a key, a signature that somebody made, an identity; with a clock that is wrong; and that it tells none of it.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import tls from 'node:tls'
import { BlobServiceClient, ContainerSASPermissions, generateBlobSASQueryParameters, StorageSharedKeyCredential } from '@azure/storage-blob'
import { AzureClient } from '#adapters/azblob/client.ts'
import { credentialsOf } from '#adapters/azblob/credentials.ts'
import { openAzureBlobStore } from '#adapters/azblob/open.ts'
import { parseAzurePlace } from '#adapters/azblob/place.ts'
import { newKey, patternOf, readAll, write } from '#ports/blob-scene.contract.ts'
import { ChildServer } from '../world/child.ts'
import { digestOf, pushBlob, someBytes } from '../world/content.ts'
import { header, send } from '../world/send.ts'
import { account, startAzurite } from './azurite.ts'
import { failsWith } from './faulty-store.ts'

const folder = mkdtempSync(join(tmpdir(), 'longshore-azblob-'))
const starting = startAzurite()
after(async () => {
  ;(await starting).stop()
  rmSync(folder, { recursive: true })
})

/** @param allowed all that a registry does in one container */
function signatureOf(container: string, key: string, allowed = 'rcwdl'): string {
  const permissions = ContainerSASPermissions.parse(allowed)
  const values = { containerName: container, permissions, expiresOn: new Date(Date.now() + 3_600_000) }
  return generateBlobSASQueryParameters(values, new StorageSharedKeyCredential(account, key)).toString()
}

test('a key in a file may be changed while the store is open; a wrong one is refused and told to nobody', async () => {
  const { make, url, secret } = await starting
  const file = join(folder, 'key')
  const wrong = Buffer.from('a key of another account').toString('base64')
  writeFileSync(file, `${wrong}\n`)
  const store = await openAzureBlobStore(parseAzurePlace(url(await make())), { keyFile: file })
  const bytes = patternOf(300_000)
  const refused = async () => write(store.create(newKey(), 'sha256'), bytes)
  await assert.rejects(refused(), (error: Error) => {
    assert.ok(failsWith(/refuses the credentials/)(error))
    return !JSON.stringify([error, error.message, error.stack, error.cause]).includes(wrong)
  })
  writeFileSync(file, secret)
  const key = newKey()
  let sealed: Awaited<ReturnType<typeof refused>> | undefined
  // It is looked at again within a second.
  for (let tries = 0; !sealed && tries < 50; tries++)
    sealed = await write(store.create(key, 'sha256'), bytes).catch(() => new Promise((resolve) => setTimeout(resolve, 100, undefined)))
  assert.ok(sealed && (await readAll(store, key, sealed)).equals(bytes))
  writeFileSync(file, 'neither!')
  await store.close()
  const other = await openAzureBlobStore(parseAzurePlace(url(await make())), { keyFile: file }).catch((error: Error) => error)
  assert.ok(other instanceof Error && failsWith(/neither an account key nor/)(other) && !other.message.includes('neither!'))
})

test('a shared access signature of the container is enough for all but links, and is in no error', async () => {
  const { make, url, secret } = await starting
  const container = await make()
  const sas = signatureOf(container, secret)
  const server = await ChildServer.start({ LONGSHORE_BLOBS: url(container), AZURE_STORAGE_SAS_TOKEN: `?${sas}` })
  try {
    const bytes = someBytes(9 * 1024 * 1024)
    await pushBlob(server, 'app', bytes)
    assert.ok((await send(server, 'GET', `/v2/app/blobs/${digestOf(bytes)}`)).body.equals(bytes))
    assert.ok(!server.log.includes(new URLSearchParams(sas).get('sig') ?? sas))
  } finally {
    await server.stop()
  }
  const file = join(folder, 'sas')
  writeFileSync(file, sas)
  const signed = { LONGSHORE_BLOBS: url(container), LONGSHORE_BLOBS_KEY_FILE: file, LONGSHORE_BLOB_DOWNLOADS: 'signed' }
  await assert.rejects(ChildServer.start(signed), /a shared access signature signs no links/)
  const elsewhere = { LONGSHORE_BLOBS: url(await make()), AZURE_STORAGE_SAS_TOKEN: sas }
  await assert.rejects(ChildServer.start(elsewhere), (error: Error) => {
    assert.match(error.message, /refuses the credentials/)
    return !error.message.includes(sas) && !error.message.includes(new URLSearchParams(sas).get('sig') ?? sas)
  })
})

for (const allowed of ['rcwl', 'rcwd', 'rd'])
  test(`a shared access signature of ${allowed} alone is told to lack a permission`, async () => {
    const { make, url, secret } = await starting
    const container = await make()
    const start = ChildServer.start({ LONGSHORE_BLOBS: url(container), AZURE_STORAGE_SAS_TOKEN: signatureOf(container, secret, allowed) })
    await assert.rejects(start, /lacks a permission \(AuthorizationPermissionMismatch\)/)
  })

test('a server whose clock is wrong is served: it signs with the clock of the store', async () => {
  const ahead = 60 * 60 * 1000
  const clocks: number[] = []
  const front = http.createServer((request, response) => {
    const off = Math.abs(Date.parse(String(request.headers['x-ms-date'])) - (Date.now() + ahead))
    clocks.push(off)
    response.setHeader('date', new Date(Date.now() + ahead).toUTCString())
    if (off > 15 * 60 * 1000) return response.writeHead(403, { 'x-ms-error-code': 'AuthenticationFailed' }).end()
    response.writeHead(206, { etag: '"x"', 'content-range': 'bytes 0-0/1', 'content-length': '1' }).end('x')
  })
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve))
  const place = parseAzurePlace(`azblob://images/container?endpoint=http://127.0.0.1:${(front.address() as AddressInfo).port}`)
  const client = await AzureClient.open(place, credentialsOf(undefined, { AZURE_STORAGE_KEY: Buffer.alloc(32, 1).toString('base64') }))
  for (let times = 0; times < 2; times++) {
    const found = await client.get('key', { from: 0, to: 1 })
    assert.equal(found?.total, 1)
    found.body.resume()
  }
  assert.ok(Math.abs(client.clockOffset - ahead) < 60_000)
  assert.deepEqual(
    clocks.map((off) => off < 60_000),
    [false, true, true],
  )
  client.close()
  front.close()
})

/** As a machine of Azure's gives tokens to what runs on it. */
async function startMetadata(): Promise<{ origin: string; asked: string[]; stop: () => void }> {
  const asked: string[] = []
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const server = http.createServer((request, response) => {
    asked.push(request.url ?? '')
    const seconds = Math.floor(Date.now() / 1000)
    const claims = {
      aud: 'https://storage.azure.com',
      iss: 'https://sts.windows.net/t/',
      iat: seconds,
      nbf: seconds - 60,
      exp: seconds + 3600,
      oid: 'o',
      tid: 't',
    }
    const token = `${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.${Buffer.from('unsigned').toString('base64url')}`
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(
      JSON.stringify({
        access_token: token,
        expires_in: '3599',
        expires_on: String(seconds + 3599),
        resource: claims.aud,
        token_type: 'Bearer',
      }),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, stop: () => server.close() }
}

test('an identity of the machine: its tokens for requests, and a key of theirs for links', async () => {
  const [key, cert] = [join(folder, 'tls.key'), join(folder, 'tls.crt')]
  const names = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1']
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, '-days', '2', ...names], {
    stdio: 'ignore',
  })
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), readFileSync(cert, 'utf8')])
  const [store, metadata] = await Promise.all([startAzurite(['--cert', cert, '--key', key, '--oauth', 'basic']), startMetadata()])
  try {
    const container = await store.make()
    const server = await ChildServer.start({
      LONGSHORE_BLOBS: store.url(container),
      LONGSHORE_BLOB_DOWNLOADS: 'signed',
      AZURE_POD_IDENTITY_AUTHORITY_HOST: metadata.origin,
      NODE_EXTRA_CA_CERTS: cert,
    })
    try {
      const bytes = someBytes(3 * 1024 * 1024)
      const path = `/v2/app/blobs/${await pushBlob(server, 'app', bytes)}`
      const link = new URL(header(await send(server, 'GET', path), 'location') ?? '')
      assert.deepEqual([link.origin, link.searchParams.get('skoid'), link.searchParams.get('sp')], [store.endpoint, 'o', 'r'])
      const got = await fetch(link)
      assert.deepEqual([got.status, got.headers.get('content-type')], [200, 'application/octet-stream'])
      assert.equal(digestOf(Buffer.from(await got.arrayBuffer())), digestOf(bytes))
      assert.ok(metadata.asked.length > 0)
    } finally {
      await server.stop()
    }
    const blobs = await Array.fromAsync(
      new BlobServiceClient(`${store.endpoint}/${account}`, new StorageSharedKeyCredential(account, store.secret))
        .getContainerClient(container)
        .listBlobsFlat(),
    )
    assert.equal(blobs.filter(({ name }) => name.startsWith('objects/')).length, 1)
  } finally {
    metadata.stop()
    store.stop()
  }
})

test('without anything the start says so, after a bounded number of tries', async () => {
  const { make, url } = await starting
  const nobody = { AZURE_POD_IDENTITY_AUTHORITY_HOST: 'http://127.0.0.1:1', AZURE_STORAGE_KEY: '' }
  await assert.rejects(ChildServer.start({ LONGSHORE_BLOBS: url(await make()), ...nobody }), /go over https alone: name a key/)
})
