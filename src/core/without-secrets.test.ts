import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withoutSecrets } from './without-secrets.ts'

test('no form in which people write a password or a signature is shown', () => {
  for (const text of [
    'postgres://u:SECRET@host',
    'postgres://u:p@SECRET/x@host/db',
    'postgres://u:SECRET#x@host/db',
    'Postgres://u:SECRET@host/db',
    'postgres://u@host/db?PASSWORD=SECRET',
    'host=db password=SECRET',
    'https://a.blob.example.org/c?sv=1&sig=SECRET',
    'S3://KEY:SECRET@bucket',
    's3://KEY:a/SECRET@bucket/x',
    's3://bucket/p?endpoint=https%3A%2F%2Fh%2F%3Fsig%3DSECRET',
    's3://bucket/p?endpoint=https://h/?sig=SECRET',
    'DefaultEndpointsProtocol=https;AccountName=x;AccountKey=SECRET',
    'azblob://acc/cont#SECRET',
    'https://u:SECRET@host',
  ])
    assert.doesNotMatch(withoutSecrets(text), /SECRET/, text)
})

test('what is no secret stays', () => {
  for (const text of [
    'nowhere',
    '/',
    '127.0.0.1:99999',
    's3://b/p?colour=red&endpoint=https://s3.example.org:9000',
    'postgres://host,other/db?sslmode=require',
  ])
    assert.equal(withoutSecrets(text), text)
})
