// What the Helm chart refuses, before anything is made.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chart, helm, scaled, type Values, withIngress } from './chart.ts'
import { run } from './command.ts'

const refusals: [string, Values, RegExp][] = [
  ['two pods of embedded mode', { replicas: 2 }, /replicas: embedded mode has one pod/],
  ['autoscaling of embedded mode', { autoscaling: { enabled: true } }, /autoscaling\.enabled: embedded mode has one pod/],
  ['a database of embedded mode', { database: scaled.database }, /database\.url: embedded mode keeps its facts in SQLite/],
  ['a key of embedded mode', { secretKey: scaled.secretKey }, /secretKey\.secretName: in embedded mode the server makes its key/],
  ['scaled without a database', { ...scaled, database: {} }, /database\.url: scaled mode needs a PostgreSQL/],
  ['scaled without a key', { ...scaled, secretKey: {} }, /secretKey\.secretName: scaled mode needs a Secret/],
  ['scaled without a bucket', { ...scaled, bucket: {} }, /bucket\.url: scaled mode needs a bucket/],
  ['scaled without an address', { ...scaled, publicUrl: '' }, /publicUrl: scaled mode needs the one address/],
  ['scaled with a claim', { ...scaled, persistence: { existingClaim: 'x' } }, /persistence\.existingClaim: scaled mode keeps nothing/],
  ['scaled with an authority in each pod', { ...scaled, https: { enabled: true } }, /https\.secretName: in scaled mode each pod/],
  ['a least above the most', { ...scaled, autoscaling: { enabled: true, minReplicas: 7 } }, /minReplicas: is more than/],
  ['a password in the URL', { ...scaled, database: { url: 'postgres://u:p@db/l' } }, /database\.url: has a password in it/],
  [
    'a password among its parameters',
    { ...scaled, database: { url: 'postgres://u@db/l?password=p' } },
    /database\.url: has a password in it/,
  ],
  ['a signature in the URL of the container', { ...scaled, bucket: { url: 'azblob://a/c?sv=1&sig=x' } }, /bucket\.url: has keys in it/],
  ['another kind of bucket', { ...scaled, bucket: { url: 'gs://b/p' } }, /at '\/bucket\/url'.*does not match pattern/],
  ['keys in the URL of the bucket', { ...scaled, bucket: { url: 's3://key:secret@b/p' } }, /bucket\.url: has keys in it/],
  ['an ingress without an address', { ...withIngress, publicUrl: '' }, /publicUrl: an ingress needs the address/],
  ['an ingress that nobody believes', { ...withIngress, trustedProxies: [] }, /trustedProxies: name the addresses/],
  ['TLS that nobody ends', { publicUrl: 'https://registry.example.org' }, /trustedProxies: publicUrl is https.*what ends TLS/],
  ['an ingress without a certificate', { ...withIngress, ingress: { enabled: true } }, /ingress\.tls: publicUrl is https/],
  [
    'two issuers',
    { ...withIngress, ingress: { enabled: true, tls: { issuer: 'a', clusterIssuer: 'b' } } },
    /a clusterIssuer and an issuer/,
  ],
  ['a value that the chart does not know', { replica: 1 }, /additional properties 'replica' not allowed/],
  ['one below another', { ingress: { host: 'x' } }, /at '\/ingress': additional properties 'host' not allowed/],
  [
    'a setting that the server does not know',
    { settings: { gcLeases: '1h' } },
    /at '\/settings': additional properties 'gcLeases' not allowed/,
  ],
  ['a setting that the chart sets', { settings: { store: 'sqlite' } }, /at '\/settings': additional properties 'store' not allowed/],
  ['a setting past the chart', { extraEnv: [{ name: 'LONGSHORE_HTTP', value: 'off' }] }, /at '\/extraEnv\/0\/name'/],
  ['a mode that is none', { mode: 'both' }, /at '\/mode': value must be one of 'embedded', 'scaled'/],
  ['a volume that many nodes write', { persistence: { accessModes: ['ReadWriteMany'] } }, /at '\/persistence\/accessModes\/0'/],
  ['an address with a path', { publicUrl: 'https://registry.example.org/x' }, /at '\/publicUrl'/],
]
for (const [name, values, sentence] of refusals)
  test(`refused: ${name}`, async () => {
    const { code, stderr } = await run(...(await helm(['template', 'r', chart], values)))
    assert.notEqual(code, 0)
    assert.match(stderr, sentence)
  })
