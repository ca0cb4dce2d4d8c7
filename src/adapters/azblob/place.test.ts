import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WrongPlace } from '../bucket/place.ts'
import { parseAzurePlace, serviceUrl } from './place.ts'

const plain = {
  kind: 'azblob',
  account: 'images1',
  bucket: 'registry',
  prefix: '',
  endpoint: undefined,
  publicEndpoint: undefined,
  pathStyle: false,
  encryptionScope: undefined,
  partSize: undefined,
}

for (const [text, place, service] of [
  ['azblob://images1/registry', plain, 'https://images1.blob.core.windows.net/'],
  ['azblob://images1/registry/one/two/', { ...plain, prefix: 'one/two/' }, 'https://images1.blob.core.windows.net/'],
  [
    'azblob://images1/registry?endpoint=http://127.0.0.1:10000',
    { ...plain, endpoint: 'http://127.0.0.1:10000', pathStyle: true },
    'http://127.0.0.1:10000/images1',
  ],
  [
    'azblob://images1/registry?endpoint=http://azurite:10000',
    { ...plain, endpoint: 'http://azurite:10000', pathStyle: true },
    'http://azurite:10000/images1',
  ],
  [
    'azblob://images1/registry?endpoint=https://images1.blob.core.chinacloudapi.cn&publicEndpoint=https://bytes.example.org',
    { ...plain, endpoint: 'https://images1.blob.core.chinacloudapi.cn', publicEndpoint: 'https://bytes.example.org' },
    'https://images1.blob.core.chinacloudapi.cn/',
  ],
  [
    'azblob://images1/registry?endpoint=https://storage.example.org&pathStyle=true&encryptionScope=images-1&partSize=32MiB',
    { ...plain, endpoint: 'https://storage.example.org', pathStyle: true, encryptionScope: 'images-1', partSize: 32 * 1024 * 1024 },
    'https://storage.example.org/images1',
  ],
] as const)
  test(`${text} is read`, () => {
    const read = parseAzurePlace(text)
    assert.deepEqual(read, place)
    assert.equal(serviceUrl(read, read.endpoint), service)
  })

for (const [text, what, parameter] of [
  ['azblob:images1/registry', 'form', ''],
  ['azblob://Images/registry', 'form', ''],
  ['azblob://im/registry', 'form', ''],
  ['azblob://images1', 'bucket', ''],
  ['azblob://images1/re', 'bucket', ''],
  ['azblob://images1/re--gistry', 'bucket', ''],
  ['azblob://images1/registry/a//b', 'prefix', ''],
  ['azblob://images1:key@registry/a', 'credentials', 'user:password@'],
  ['azblob://images1/registry?sig=x', 'credentials', 'sig'],
  ['azblob://images1/registry?accountKey=x', 'credentials', 'accountKey'],
  ['azblob://images1/registry?region=west', 'parameter', 'region'],
  ['azblob://images1/registry?encryptionScope=a_b', 'parameter', 'encryptionScope'],
  ['azblob://images1/registry?endpoint=127.0.0.1:10000', 'endpoint', 'endpoint'],
  ['azblob://images1/registry?partSize=1MiB', 'part-size', ''],
] as const)
  test(`${text} is refused for its ${what}`, () => {
    assert.throws(
      () => parseAzurePlace(text),
      (error) => error instanceof WrongPlace && error.what === what && error.parameter === parameter,
    )
  })
