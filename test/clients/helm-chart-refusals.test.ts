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
  [
    'autoscaling by a request that is not there',
    { ...scaled, autoscaling: { enabled: true }, resources: { requests: { cpu: null } } },
    /resources\.requests\.cpu: autoscaling measures the load by it/,
  ],
  [
    'requests that are killed before they have ended',
    { settings: { shutdownGrace: '2m' } },
    /terminationGracePeriodSeconds: .* it must be 125 or more/,
  ],
  ['a port of the nodes that no node has', { service: { httpNodePort: 30500 } }, /service\.httpNodePort: a Service of type ClusterIP/],
  [
    'a policy for what comes from outside, without that',
    { service: { externalTrafficPolicy: 'Local' } },
    /service\.externalTrafficPolicy: a Service of type ClusterIP/,
  ],
  [
    'networks of a load balancer that is none',
    { service: { type: 'NodePort', loadBalancerSourceRanges: ['10.0.0.0/8'] } },
    /service\.loadBalancerSourceRanges: is for service\.type: LoadBalancer/,
  ],
  [
    'a label that selects the pods',
    { podLabels: { 'app.kubernetes.io/instance': 'x' } },
    /at '\/podLabels\/app\.kubernetes\.io~1instance'/,
  ],
  ['a label that is none', { commonLabels: { team: 'a b' } }, /at '\/commonLabels\/team'.*does not match pattern/],
  ['a name that no Service has', { fullnameOverride: '1st' }, /at '\/fullnameOverride'.*does not match pattern/],
  ['a share of nothing', { resources: { request: { cpu: 1 } } }, /at '\/resources': additional properties 'request'/],
  ['a number as a variable', { extraEnv: [{ name: 'A', value: 1 }] }, /at '\/extraEnv\/0\/value': got number, want string/],
  ['an affinity to nothing', { affinity: { node: {} } }, /at '\/affinity': additional properties 'node'/],
  [
    'a rule for nobody',
    { networkPolicy: { from: [{ namespace: 'x' }] } },
    /at '\/networkPolicy\/from\/0': additional properties 'namespace'/,
  ],
  ['an address as a host', { ingress: { hosts: ['https://x'] } }, /at '\/ingress\/hosts\/0'.*does not match pattern/],
  ['the user root', { runAs: { runAsUser: 0 } }, /at '\/runAs\/runAsUser': minimum: got 0, want 1/],
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

async function isRefused(release: string, values: Values, sentence: RegExp): Promise<void> {
  const { code, stderr } = await run(...(await helm(['template', release, chart], values)))
  assert.notEqual(code, 0)
  assert.match(stderr, sentence)
}

for (const [name, values, sentence] of refusals) test(`refused: ${name}`, () => isRefused('r', values, sentence))

test('refused: a release whose name no Service can begin with', async () => {
  for (const release of ['1st', 'a.b']) await isRefused(release, {}, /fullnameOverride: the Service would be named/)
})
