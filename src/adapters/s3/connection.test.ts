import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as sdk from '@aws-sdk/client-s3'
import { usualPatience } from '../bucket/object-client.ts'
import { clientAt } from './connection.ts'
import { failureOf } from './failures.ts'
import { parseS3Place } from './place.ts'

for (const [place, environment, region] of [
  ['s3://images?region=eu-west-1', { AWS_REGION: 'eu-west-2', AWS_DEFAULT_REGION: 'eu-west-3' }, 'eu-west-1'],
  ['s3://images', { AWS_REGION: 'eu-west-2', AWS_DEFAULT_REGION: 'eu-west-3' }, 'eu-west-2'],
  ['s3://images', { AWS_DEFAULT_REGION: 'eu-west-3' }, 'eu-west-3'],
] as const)
  test(`the region of ${place} with ${Object.keys(environment).join(' and ')} is ${region}`, async () => {
    const client = clientAt(sdk, parseS3Place(place), undefined, usualPatience, environment)
    assert.equal(await client.config.region(), region)
    client.destroy()
  })

test('where no region is named, that is what is told', async () => {
  // Of this machine nothing is read.
  const nowhere = { AWS_CONFIG_FILE: '/nowhere', AWS_SHARED_CREDENTIALS_FILE: '/nowhere' }
  const before = { ...process.env }
  Object.assign(process.env, nowhere)
  for (const name of ['AWS_REGION', 'AWS_PROFILE']) Reflect.deleteProperty(process.env, name)
  const client = clientAt(sdk, parseS3Place('s3://images'), undefined, usualPatience, {})
  try {
    const asked = client.send(new sdk.ListObjectsV2Command({ Bucket: 'images' }))
    await assert.rejects(asked, (error) => /wants the region of the bucket named/.test(failureOf(error).message))
  } finally {
    client.destroy()
    Object.assign(process.env, before)
    for (const name of Object.keys(nowhere)) if (!(name in before)) Reflect.deleteProperty(process.env, name)
  }
})
