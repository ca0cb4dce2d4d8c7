// What the Helm chart makes for clusters that are not like the usual one, and for names that YAML takes for something else.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { at, environment, type Made, made, scaled } from './chart.ts'

test('names that YAML takes for numbers stay names: of the release, its namespace, Secrets, claims and classes', async () => {
  const values = {
    ...scaled,
    fullnameOverride: 'registry',
    nameOverride: '1e3',
    secretKey: { secretName: '123', key: '7' },
    database: { ...scaled.database, passwordSecret: { name: '0o7', key: '9' } },
    bucket: { ...scaled.bucket, keysSecret: { name: '1.5', accessKeyId: '6', secretAccessKey: '2' } },
    priorityClassName: '10',
    serviceMonitor: { enabled: true },
    networkPolicy: { enabled: true, from: [{ podSelector: {} }] },
  }
  const objects = await made(values, '42', ['--namespace', '99'])
  for (const [name, { metadata }] of objects) {
    assert.equal(metadata.namespace, '99', name)
    for (const [label, value] of Object.entries(metadata.labels)) assert.equal(typeof value, 'string', `${label} of ${name}`)
    assert.equal(metadata.labels['app.kubernetes.io/instance'], '42')
  }
  const { selector, template } = at(objects, 'Deployment/registry').spec
  assert.deepEqual(selector.matchLabels, {
    'app.kubernetes.io/name': '1e3',
    'app.kubernetes.io/instance': '42',
    'app.kubernetes.io/component': 'server',
  })
  const { volumes, priorityClassName, containers } = template.spec
  assert.equal(priorityClassName, '10')
  const file = (volume: string) => volumes.find(({ name }: Made) => name === volume).secret
  assert.deepEqual(
    ['key', 'database'].map((each) => [file(each).secretName, file(each).items[0].key]),
    [
      ['123', '7'],
      ['0o7', '9'],
    ],
  )
  assert.deepEqual(environment(containers[0]).get('AWS_ACCESS_KEY_ID'), { secretKeyRef: { name: '1.5', key: '6' } })
  const embedded = { fullnameOverride: 'registry', persistence: { storageClass: '1', size: '100' }, ingress: { className: '5' } }
  const claim = at(await made(embedded, '42'), 'PersistentVolumeClaim/registry').spec
  assert.deepEqual([claim.storageClassName, claim.resources.requests.storage], ['1', '100'])
  const existing = { fullnameOverride: 'registry', persistence: { existingClaim: '8' } }
  const [data] = at(await made(existing, '42'), 'StatefulSet/registry').spec.template.spec.volumes
  assert.equal(data.persistentVolumeClaim.claimName, '8')
})

test('a label that two values have is written once, and the nearer value wins', async () => {
  const values = {
    commonLabels: { team: 'a', cost: '1' },
    podLabels: { team: 'b' },
    serviceMonitor: { enabled: true, labels: { team: 'c' } },
  }
  const objects = await made(values)
  const { metadata, spec } = at(objects, 'StatefulSet/r-longshore')
  assert.deepEqual([metadata.labels.team, spec.template.metadata.labels.team, spec.template.metadata.labels.cost], ['a', 'b', '1'])
  assert.equal(at(objects, 'ServiceMonitor/r-longshore').metadata.labels.team, 'c')
  const annotations = { 'helm.sh/resource-policy': 'mine' }
  const claim = at(await made({ persistence: { annotations } }), 'PersistentVolumeClaim/r-longshore')
  assert.deepEqual(claim.metadata.annotations, annotations)
})

test('users and groups are the chart’s, the operator’s, or left to the cluster', async () => {
  const ids = async (runAs: object) => {
    const objects = await made({ runAs })
    const pods = [at(objects, 'StatefulSet/r-longshore').spec.template.spec, at(objects, 'Pod/r-longshore-answers').spec]
    return pods.map(({ securityContext: { runAsUser, runAsGroup, fsGroup, runAsNonRoot } }) => [
      runAsUser,
      runAsGroup,
      fsGroup,
      runAsNonRoot,
    ])
  }
  const both = (...each: unknown[]) => [each, each]
  assert.deepEqual(await ids({}), both(65532, 65532, 65532, true))
  assert.deepEqual(await ids({ runAsUser: 1_000_680_000 }), both(1_000_680_000, 65532, 65532, true))
  assert.deepEqual(await ids({ runAsUser: null, runAsGroup: null, fsGroup: null }), both(undefined, undefined, undefined, true))
})

test('with ipv6 every listener is one of both families', async () => {
  const values = { ipv6: true, https: { enabled: true }, service: { ipFamilyPolicy: 'PreferDualStack' } }
  const objects = await made(values)
  const env = environment(at(objects, 'StatefulSet/r-longshore').spec.template.spec.containers[0])
  assert.deepEqual(
    ['HTTP', 'HTTPS', 'ADMIN'].map((each) => env.get(`LONGSHORE_${each}`)),
    ['[::]:5000', '[::]:5443', '[::]:5001'],
  )
  assert.equal(at(objects, 'Service/r-longshore').spec.ipFamilyPolicy, 'PreferDualStack')
})

test('ports of the nodes and the bounds of a load balancer are the Service’s', async () => {
  const bounds = { loadBalancerClass: 'example.org/internal', loadBalancerSourceRanges: ['10.0.0.0/8'] }
  const service = { type: 'LoadBalancer', httpNodePort: 30500, httpsNodePort: 30543, ...bounds }
  const { spec } = at(await made({ https: { enabled: true }, service }), 'Service/r-longshore')
  assert.deepEqual(
    spec.ports.map(({ nodePort }: Made) => nodePort),
    [30500, 30543],
  )
  assert.deepEqual({ loadBalancerClass: spec.loadBalancerClass, loadBalancerSourceRanges: spec.loadBalancerSourceRanges }, bounds)
})

test('the budget lets pods go that are not ready, where the cluster knows that', async () => {
  const policy = async (version: string) =>
    at(await made(scaled, 'r', ['--kube-version', version]), 'PodDisruptionBudget/r-longshore').spec.unhealthyPodEvictionPolicy
  assert.deepEqual([await policy('1.26.0'), await policy('1.27.3-eks-1')], [undefined, 'AlwaysAllow'])
})

test('the pod of helm test goes where the server may go', async () => {
  const place = {
    nodeSelector: { pool: 'registry' },
    tolerations: [{ key: 'dedicated', operator: 'Exists' }],
    affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] }, podAntiAffinity: {} },
  }
  const { nodeSelector, tolerations, affinity } = at(await made(place), 'Pod/r-longshore-answers').spec
  assert.deepEqual([nodeSelector, tolerations], [place.nodeSelector, place.tolerations])
  assert.deepEqual(affinity, { nodeAffinity: place.affinity.nodeAffinity }, 'away from the server’s own pods it would find no node')
})

test('a pod of embedded mode that never became ready does not stop the next upgrade', async () => {
  assert.equal(at(await made(), 'StatefulSet/r-longshore').spec.podManagementPolicy, 'Parallel')
})

test('the chart below another one may be switched on there', async () => {
  assert.ok((await made({ enabled: true, global: { imageRegistry: 'x' } })).has('StatefulSet/r-longshore'))
})
