import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WrongPlace } from '../bucket/place.ts'
import { parseS3Place } from './place.ts'

const plain = {
  kind: 's3',
  bucket: 'images',
  prefix: '',
  region: undefined,
  endpoint: undefined,
  publicEndpoint: undefined,
  pathStyle: false,
  encryption: undefined,
  partSize: undefined,
}

for (const [text, place] of [
  ['s3://images', plain],
  ['s3://images/', plain],
  ['s3://images/registry/one/?region=eu-west-1', { ...plain, prefix: 'registry/one/', region: 'eu-west-1' }],
  ['s3://images?endpoint=http://10.0.0.1:9000', { ...plain, region: 'us-east-1', endpoint: 'http://10.0.0.1:9000', pathStyle: true }],
  [
    's3://images?endpoint=https://s3.example.org&publicEndpoint=https://bytes.example.org&pathStyle=false&region=garage',
    { ...plain, region: 'garage', endpoint: 'https://s3.example.org', publicEndpoint: 'https://bytes.example.org' },
  ],
  ['s3://images?region=RegionOne', { ...plain, region: 'RegionOne' }],
  ['s3://images?sse=AES256', { ...plain, encryption: { kind: 'AES256', keyId: undefined } }],
  ['s3://images?sse=aws:kms&kmsKeyId=alias/images', { ...plain, encryption: { kind: 'aws:kms', keyId: 'alias/images' } }],
  ['s3://images?partSize=32MiB', { ...plain, partSize: 32 * 1024 * 1024 }],
] as const)
  test(`${text} is read`, () => assert.deepEqual(parseS3Place(text), place))

for (const [text, what, parameter] of [
  ['s3:images', 'bucket', ''],
  ['images', 'form', ''],
  ['https://images.s3.amazonaws.com', 'form', ''],
  ['s3://images#x', 'form', ''],
  ['s3://Images', 'bucket', ''],
  ['s3://im', 'bucket', ''],
  ['s3://images/../other', undefined, ''],
  ['s3://images/a//b', 'prefix', ''],
  ['s3://images/a%2fb', 'prefix', ''],
  ['s3://AKIA:secret@images', 'credentials', 'user:password@'],
  ['s3://images?accessKeyId=AKIA', 'credentials', 'accessKeyId'],
  ['s3://images?secretAccessKey=x', 'credentials', 'secretAccessKey'],
  ['s3://images?sessionToken=x', 'credentials', 'sessionToken'],
  ['s3://images?endpoint=http://user:password@10.0.0.1', 'credentials', 'endpoint'],
  ['s3://images?endpoint=10.0.0.1:9000', 'endpoint', 'endpoint'],
  ['s3://images?endpoint=http://10.0.0.1/path', 'endpoint', 'endpoint'],
  ['s3://images?publicEndpoint=ftp://10.0.0.1', 'endpoint', 'publicEndpoint'],
  ['s3://images?regio=x', 'parameter', 'regio'],
  ['s3://images?region=eu_west', 'parameter', 'region'],
  ['s3://images?region=eu-', 'parameter', 'region'],
  ['s3://images?pathStyle=yes', 'parameter', 'pathStyle'],
  ['s3://images?sse=rot13', 'encryption', 'sse'],
  ['s3://images?kmsKeyId=x', 'encryption', 'kmsKeyId'],
  ['s3://images?sse=AES256&kmsKeyId=x', 'encryption', 'kmsKeyId'],
  ['s3://images?partSize=1MiB', 'part-size', ''],
  ['s3://images?partSize=65MiB', 'part-size', ''],
  ['s3://images?partSize=5242881', 'part-size', ''],
] as const)
  test(`${text} is ${what === undefined ? 'what its path comes to' : `refused for its ${what}`}`, () => {
    if (what === undefined) {
      assert.equal(parseS3Place(text).prefix, 'other/')
      return
    }
    assert.throws(
      () => parseS3Place(text),
      (error) => error instanceof WrongPlace && error.what === what && error.parameter === parameter,
    )
  })
