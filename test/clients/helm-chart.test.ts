// What the Helm chart makes of each mode and each optional part.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { variableOf } from '../../src/main/config.ts'
import { type SettingName, settings } from '../../src/main/settings.ts'
import { at, chart, environment, helm, type Made, made, scaled, type Values, withIngress } from './chart.ts'
import { succeed } from './command.ts'

const dockerfile = readFileSync(new URL('../../deploy/Dockerfile', import.meta.url), 'utf8')

test('helm lint --strict finds nothing, with the values of the chart and with those of scaled mode', async () => {
  for (const values of [{}, scaled]) await succeed(...(await helm(['lint', '--strict', chart], values)))
})

test('embedded mode is one pod that a node’s loss does not double, with one volume that outlives the release', async () => {
  const objects = await made()
  assert.deepEqual([...objects.keys()].sort(), [
    'PersistentVolumeClaim/r-longshore',
    'Pod/r-longshore-answers',
    'Service/r-longshore',
    'ServiceAccount/r-longshore',
    'StatefulSet/r-longshore',
  ])
  const { spec } = at(objects, 'StatefulSet/r-longshore')
  assert.equal(spec.replicas, 1)
  const [data] = spec.template.spec.volumes
  assert.deepEqual(data, { name: 'data', persistentVolumeClaim: { claimName: 'r-longshore' } })
  const claim = at(objects, 'PersistentVolumeClaim/r-longshore')
  assert.equal(claim.metadata.annotations['helm.sh/resource-policy'], 'keep')
  assert.deepEqual(claim.spec, { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '100Gi' } } })
  const env = environment(spec.template.spec.containers[0])
  assert.deepEqual(Object.fromEntries(env), {
    LONGSHORE_DATA_DIR: '/data/longshore',
    LONGSHORE_HTTP: '0.0.0.0:5000',
    LONGSHORE_HTTPS: 'off',
    LONGSHORE_ADMIN: '0.0.0.0:5001',
    LONGSHORE_SERVERS: '1',
    LONGSHORE_NAMES: 'r-longshore,r-longshore.ns,r-longshore.ns.svc,r-longshore.ns.svc.cluster.local',
  })
})

test('a claim that is there is used, and none is made', async () => {
  const objects = await made({ persistence: { existingClaim: 'mine' } })
  assert.equal(at(objects, 'StatefulSet/r-longshore').spec.template.spec.volumes[0].persistentVolumeClaim.claimName, 'mine')
  assert.equal(objects.has('PersistentVolumeClaim/r-longshore'), false)
})

test('scaled mode is pods that keep nothing: the database, the key and the bucket are named, no secret is a plain value', async () => {
  const objects = await made(scaled)
  const { spec } = at(objects, 'Deployment/r-longshore')
  assert.equal(spec.replicas, 2)
  assert.deepEqual(spec.strategy, { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } })
  const pod = spec.template.spec
  const [container] = pod.containers
  const env = environment(container)
  assert.equal(env.get('LONGSHORE_STORE'), scaled.database.url)
  assert.equal(env.get('LONGSHORE_BLOBS'), scaled.bucket.url)
  assert.equal(env.get('LONGSHORE_PUBLIC_URL'), scaled.publicUrl)
  assert.deepEqual(env.get('AWS_ACCESS_KEY_ID'), { secretKeyRef: { name: 's3-keys', key: 'AWS_ACCESS_KEY_ID' } })
  assert.deepEqual(env.get('AWS_SECRET_ACCESS_KEY'), { secretKeyRef: { name: 's3-keys', key: 'AWS_SECRET_ACCESS_KEY' } })
  const volumes = new Map<string, Made>(pod.volumes.map((each: Made) => [each.name, each]))
  assert.ok(volumes.get('data').emptyDir)
  const file = (secretName: string, key: string, path: string) => ({ secretName, defaultMode: 0o440, items: [{ key, path }] })
  assert.deepEqual(volumes.get('key').secret, file('sealing', 'secret.key', 'secret.key'))
  assert.deepEqual(volumes.get('database').secret, file('db-password', 'password', 'password'))
  for (const [variable, path] of [
    ['LONGSHORE_SECRET_KEY_FILE', '/etc/longshore/key/secret.key'],
    ['LONGSHORE_STORE_PASSWORD_FILE', '/etc/longshore/database/password'],
  ] as const) {
    assert.equal(env.get(variable), path)
    const mount = container.volumeMounts.find(({ mountPath }: Made) => path.startsWith(`${mountPath}/`) && mountPath !== '/')
    assert.equal(mount?.readOnly, true)
    assert.ok(volumes.has(mount.name))
  }
  assert.deepEqual(
    pod.topologySpreadConstraints.map(({ topologyKey, whenUnsatisfiable }: Made) => [topologyKey, whenUnsatisfiable]),
    [
      ['kubernetes.io/hostname', 'ScheduleAnyway'],
      ['topology.kubernetes.io/zone', 'ScheduleAnyway'],
    ],
  )
  assert.equal(at(objects, 'PodDisruptionBudget/r-longshore').spec.maxUnavailable, 1)
  assert.equal(objects.has('PersistentVolumeClaim/r-longshore'), false)
})

test('without keys of the bucket the pods’ identity is asked, by the service account’s annotations', async () => {
  const annotations = { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::123456789012:role/registry' }
  const objects = await made({ ...scaled, bucket: { url: scaled.bucket.url }, serviceAccount: { annotations } })
  const pod = at(objects, 'Deployment/r-longshore').spec.template.spec
  assert.deepEqual(
    [...environment(pod.containers[0]).keys()].filter((each) => each.startsWith('AWS_')),
    [],
  )
  const account = at(objects, 'ServiceAccount/r-longshore')
  assert.deepEqual([account.metadata.annotations, account.automountServiceAccountToken], [annotations, false])
  assert.equal(pod.serviceAccountName, 'r-longshore')
})

const azure = 'azblob://images/registry/one'

test('a container of Azure: its key is a file of a Secret, which is read again when it changes', async () => {
  const bucket = { url: azure, keysSecret: { name: 'storage', accountKey: 'account-key' } }
  const { metadata, spec } = at(await made({ ...scaled, bucket }), 'Deployment/r-longshore').spec.template
  const [container] = spec.containers
  const env = environment(container)
  assert.deepEqual([env.get('LONGSHORE_BLOBS'), env.get('LONGSHORE_BLOBS_KEY_FILE')], [azure, '/etc/longshore/bucket/key'])
  assert.deepEqual(
    [...env.keys()].filter((each) => /^(?:AWS|AZURE)_/.test(each)),
    [],
  )
  const { secret } = spec.volumes.find(({ name }: Made) => name === 'bucket')
  assert.deepEqual(secret, { secretName: 'storage', defaultMode: 0o440, items: [{ key: 'account-key', path: 'key' }] })
  assert.ok(container.volumeMounts.some(({ mountPath, readOnly }: Made) => mountPath === '/etc/longshore/bucket' && readOnly))
  assert.equal(metadata.labels['azure.workload.identity/use'], undefined)
})

test('without its key the pods have the identity that the service account names, by the label that Azure looks for', async () => {
  const annotations = { 'azure.workload.identity/client-id': '11111111-2222-4333-8444-555555555555' }
  const labels = async (values: Values) => at(await made(values), 'Deployment/r-longshore').spec.template.metadata.labels
  const withIdentity = { ...scaled, bucket: { url: azure }, serviceAccount: { annotations } }
  assert.equal((await labels(withIdentity))['azure.workload.identity/use'], 'true')
  assert.equal((await labels({ ...withIdentity, bucket: { url: scaled.bucket.url } }))['azure.workload.identity/use'], undefined)
  assert.equal((await labels({ ...scaled, bucket: { url: azure } }))['azure.workload.identity/use'], undefined)
  const pod = at(await made(withIdentity), 'Deployment/r-longshore').spec.template.spec
  assert.equal(environment(pod.containers[0]).has('LONGSHORE_BLOBS_KEY_FILE'), false)
})

for (const [mode, values, kind] of [
  ['embedded', {}, 'StatefulSet'],
  ['scaled', scaled, 'Deployment'],
] as const)
  test(`${mode}: no right that the server does not need, and the admin port says whether it is well`, async () => {
    const objects = await made(values, 'longshore')
    const pods = [at(objects, `${kind}/longshore`).spec.template.spec, at(objects, 'Pod/longshore-answers').spec]
    const user = Number(/^USER (\d+):/m.exec(dockerfile)?.[1])
    assert.ok(user > 0)
    for (const pod of pods) {
      assert.deepEqual(pod.securityContext, {
        runAsNonRoot: true,
        runAsUser: user,
        runAsGroup: user,
        fsGroup: user,
        fsGroupChangePolicy: 'OnRootMismatch',
        seccompProfile: { type: 'RuntimeDefault' },
      })
      assert.deepEqual(pod.containers[0].securityContext, {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        privileged: false,
        capabilities: { drop: ['ALL'] },
      })
      assert.equal(pod.automountServiceAccountToken, false)
      // Of a Service named longshore the cluster would make LONGSHORE_PORT, which the server refuses.
      assert.equal(pod.enableServiceLinks, false)
      assert.ok(pod.containers[0].resources.requests.memory && pod.containers[0].resources.limits.memory)
    }
    const [container] = pods[0].containers
    assert.deepEqual(container.startupProbe.httpGet, { path: '/healthz', port: 'admin' })
    assert.deepEqual(container.livenessProbe.httpGet, { path: '/healthz', port: 'admin' })
    assert.deepEqual(container.readinessProbe.httpGet, { path: '/readyz', port: 'admin' })
    assert.equal(container.ports.find(({ name }: Made) => name === 'admin').containerPort, 5001)
    const paths = container.volumeMounts.map(({ mountPath }: Made) => mountPath)
    assert.ok(paths.includes('/data') && paths.includes('/tmp'))
    assert.ok(pods[0].terminationGracePeriodSeconds > 35)
    assert.match(pods[1].containers[0].command.at(-1), /^http:\/\/longshore\.ns\.svc:80\/v2\/$/)
    assert.ok(environment(container).get('LONGSHORE_NAMES').split(',').includes('longshore.ns.svc'))
  })

test('a start is given an hour, or what the values say: one that is cut off begins again from nothing', async () => {
  for (const [values, seconds] of [
    [{}, 3600],
    [scaled, 3600],
    [{ ...scaled, startupSeconds: 7203 }, 7205],
  ] as const) {
    const objects = await made(values)
    const { spec } = objects.get('Deployment/r-longshore') ?? at(objects, 'StatefulSet/r-longshore')
    const { startupProbe, livenessProbe } = spec.template.spec.containers[0]
    assert.equal(startupProbe.periodSeconds * startupProbe.failureThreshold, seconds)
    assert.ok(livenessProbe.periodSeconds * livenessProbe.failureThreshold <= 60, 'a server that has started is looked at more often')
    // Else the cluster calls a rollout failed that still goes on.
    if (spec.strategy) assert.ok(spec.progressDeadlineSeconds > seconds)
  }
})

test('each setting comes to the server by the name that it knows, and what the chart says of itself is a value that it takes', async () => {
  const names = Object.keys(settings) as SettingName[]
  const { settings: taken } = JSON.parse(readFileSync(join(chart, 'values.schema.json'), 'utf8')).properties
  const free = names.filter((name) => name in taken.properties)
  assert.ok(free.length > 20)
  const values = Object.fromEntries(free.map((name) => [name, settings[name].fallback || 'x']))
  const objects = await made({
    ...scaled,
    ...withIngress,
    settings: { ...values, corsOrigins: ['https://a.example', 'https://b.example'], historyMost: 1_000_000 },
    domain: 'registry.example.org',
    https: { enabled: true, secretName: 'certificate' },
  })
  const env = environment(at(objects, 'Deployment/r-longshore').spec.template.spec.containers[0])
  const known = new Set(names.map(variableOf))
  for (const name of env.keys()) assert.ok(known.has(name) || /^AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY)$/.test(name), name)
  for (const name of free) assert.ok(env.has(variableOf(name)), name)
  assert.equal(env.get('LONGSHORE_CORS_ORIGINS'), 'https://a.example,https://b.example')
  assert.equal(env.get('LONGSHORE_HISTORY_MOST'), '1000000')
  for (const [name, value] of env) {
    const setting = names.find((each) => variableOf(each) === name)
    if (setting && value !== 'x') settings[setting].parse(value)
  }
})

test('HTTPS by the server itself: a port of the Service, and the certificate of a Secret', async () => {
  const objects = await made({ ...scaled, https: { enabled: true, secretName: 'certificate' } })
  const pod = at(objects, 'Deployment/r-longshore').spec.template.spec
  const env = environment(pod.containers[0])
  assert.deepEqual(
    ['HTTPS', 'TLS_CERT', 'TLS_KEY'].map((each) => env.get(`LONGSHORE_${each}`)),
    ['0.0.0.0:5443', '/etc/longshore/tls/tls.crt', '/etc/longshore/tls/tls.key'],
  )
  assert.equal(pod.volumes.find(({ name }: Made) => name === 'tls').secret.secretName, 'certificate')
  assert.deepEqual(at(objects, 'Service/r-longshore').spec.ports[1], { name: 'https', port: 443, targetPort: 'https' })
})

test('an ingress answers at the public host and below the domain, by a Secret or by cert-manager, and passes layers on as they come', async () => {
  const objects = await made({ ...withIngress, domain: 'registry.example.org' })
  const { metadata, spec } = at(objects, 'Ingress/r-longshore')
  const hosts = ['registry.example.org', '*.registry.example.org']
  assert.deepEqual(
    spec.rules.map(({ host }: Made) => host),
    hosts,
  )
  assert.deepEqual(spec.tls, [{ secretName: 'wildcard', hosts }])
  assert.deepEqual(spec.rules[0].http.paths[0].backend, { service: { name: 'r-longshore', port: { name: 'http' } } })
  assert.equal(metadata.annotations['nginx.ingress.kubernetes.io/proxy-body-size'], '0')
  assert.equal(metadata.annotations['nginx.ingress.kubernetes.io/proxy-request-buffering'], 'off')
  const env = environment(at(objects, 'StatefulSet/r-longshore').spec.template.spec.containers[0])
  assert.equal(env.get('LONGSHORE_TRUSTED_PROXIES'), '10.1.0.0/16,10.2.0.1')
  for (const [name, annotation] of [
    ['clusterIssuer', 'cert-manager.io/cluster-issuer'],
    ['issuer', 'cert-manager.io/issuer'],
  ] as const) {
    const by = at(await made({ ...withIngress, ingress: { enabled: true, tls: { [name]: 'acme' } } }), 'Ingress/r-longshore')
    assert.equal(by.metadata.annotations[annotation], 'acme')
    assert.equal(by.spec.tls[0].secretName, 'r-longshore-tls')
  }
})

test('autoscaling has the count of pods to itself', async () => {
  const objects = await made({ ...scaled, autoscaling: { enabled: true, minReplicas: 3, maxReplicas: 9 } })
  assert.equal('replicas' in at(objects, 'Deployment/r-longshore').spec, false)
  const { spec } = at(objects, 'HorizontalPodAutoscaler/r-longshore')
  assert.deepEqual([spec.minReplicas, spec.maxReplicas, spec.scaleTargetRef.name], [3, 9, 'r-longshore'])
})

test('the network policy lets nobody at the admin port who is not named, and bounds where pods connect to only when told', async () => {
  const policy = async (networkPolicy: Values) =>
    at(await made({ networkPolicy: { enabled: true, ...networkPolicy } }), 'NetworkPolicy/r-longshore').spec
  const plain = await policy({})
  assert.deepEqual([plain.policyTypes, plain.ingress], [['Ingress'], [{ ports: [{ protocol: 'TCP', port: 'http' }] }]])
  const from = [{ namespaceSelector: { matchLabels: { name: 'monitoring' } } }]
  const egress = [{ to: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }]
  const told = await policy({ from, metricsFrom: from, egress })
  const tester = { 'app.kubernetes.io/instance': 'r', 'app.kubernetes.io/component': 'test' }
  assert.deepEqual(told.ingress[0].from, [...from, { podSelector: { matchLabels: tester } }])
  assert.deepEqual(told.ingress[1], { ports: [{ protocol: 'TCP', port: 'admin' }], from })
  assert.deepEqual([told.policyTypes, told.egress], [['Ingress', 'Egress'], egress])
})

test('a service monitor reads the figures by a Service of its own, which is no load balancer', async () => {
  const objects = await made({ serviceMonitor: { enabled: true, labels: { release: 'prometheus' } }, service: { type: 'LoadBalancer' } })
  const monitor = at(objects, 'ServiceMonitor/r-longshore')
  assert.equal(monitor.metadata.labels.release, 'prometheus')
  assert.deepEqual(monitor.spec.endpoints, [{ port: 'admin', path: '/metrics', interval: '30s' }])
  const admin = at(objects, 'Service/r-longshore-admin')
  for (const [label, value] of Object.entries(monitor.spec.selector.matchLabels)) assert.equal(admin.metadata.labels[label], value)
  assert.equal(admin.spec.clusterIP, 'None')
  const service = at(objects, 'Service/r-longshore').spec
  assert.deepEqual([service.type, service.ports.map(({ targetPort }: Made) => targetPort)], ['LoadBalancer', ['http']])
})

test('the image is named by tag or by digest, and pulled with the secrets that are given', async () => {
  const digest = `sha256:${'0a'.repeat(32)}`
  const image = { repository: 'registry.example.org/longshore', tag: '1', digest }
  const pod = at(await made({ image, imagePullSecrets: [{ name: 'pull' }] }), 'StatefulSet/r-longshore').spec.template.spec
  assert.deepEqual([pod.containers[0].image, pod.imagePullSecrets], [`${image.repository}@${digest}`, [{ name: 'pull' }]])
  const byTag = at(await made({ image: { repository: 'x', tag: '1' } }), 'StatefulSet/r-longshore').spec.template.spec
  assert.equal(byTag.containers[0].image, 'x:1')
})

test('what a release says after its installation names the passwords, and the connections that the database must have', async () => {
  // Notes are shown by install alone.
  const told = async (values: Values) => succeed(...(await helm(['install', 'r', chart, '--dry-run=client', '--namespace', 'ns'], values)))
  assert.match(await told({}), /exec \$pod -- sh -c 'cat \/data\/longshore\/first-passwords/)
  assert.match(await told({ ...scaled, replicas: 3 }), /3 pods with up to 32 connections each[^]*above 128\./)
})
