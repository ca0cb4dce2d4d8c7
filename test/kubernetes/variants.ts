// All that the chart can make, with each optional part at least once.
import type { Values } from './release.ts'

const optional: Values = {
  commonLabels: { team: 'images' },
  imagePullSecrets: [{ name: 'pull' }],
  domain: 'registry.example.org',
  publicUrl: 'https://registry.example.org',
  trustedProxies: ['10.0.0.0/8'],
  https: { enabled: true, secretName: 'certificate' },
  ingress: {
    enabled: true,
    className: 'nginx',
    hosts: ['other.example.org'],
    tls: { clusterIssuer: 'acme' },
  },
  networkPolicy: {
    enabled: true,
    from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'ingress-nginx' } } }],
    metricsFrom: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
    egress: [
      { ports: [{ protocol: 'UDP', port: 53 }] },
      { to: [{ ipBlock: { cidr: '10.0.5.4/32' } }], ports: [{ protocol: 'TCP', port: 5432 }] },
      { to: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['169.254.0.0/16'] } }], ports: [{ protocol: 'TCP', port: 443 }] },
    ],
  },
  serviceMonitor: { enabled: true, labels: { release: 'prometheus' } },
  serviceAccount: { annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::123456789012:role/registry' } },
  podAnnotations: { 'example.org/note': 'x' },
  podLabels: { team: 'images' },
  nodeSelector: { 'kubernetes.io/os': 'linux' },
  tolerations: [{ key: 'dedicated', operator: 'Exists' }],
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/arch', operator: 'In', values: ['amd64'] }] }],
      },
    },
  },
  extraEnv: [{ name: 'NODE_EXTRA_CA_CERTS', value: '/etc/extra/ca.crt' }],
  extraVolumes: [{ name: 'extra', secret: { secretName: 'extra' } }],
  extraVolumeMounts: [{ name: 'extra', mountPath: '/etc/extra', readOnly: true }],
}

const scaled: Values = {
  ...optional,
  mode: 'scaled',
  secretKey: { secretName: 'sealing' },
  database: {
    url: 'postgres://longshore@db/longshore?sslmode=verify-full&sslrootcert=/etc/longshore/database-ca/ca.crt',
    passwordSecret: { name: 'database' },
    caSecret: { name: 'database-ca' },
  },
  autoscaling: { enabled: true },
  topologySpread: { whenUnsatisfiable: 'DoNotSchedule' },
}

export const variants: Record<string, Values> = {
  plain: {},
  embedded: {
    ...optional,
    service: {
      type: 'LoadBalancer',
      annotations: { 'example.org/internal': 'true' },
      externalTrafficPolicy: 'Local',
      httpNodePort: 30500,
      httpsNodePort: 30543,
      loadBalancerClass: 'example.org/internal',
      loadBalancerSourceRanges: ['10.0.0.0/8'],
      ipFamilyPolicy: 'PreferDualStack',
    },
    ipv6: true,
    persistence: { storageClass: 'fast', annotations: { 'example.org/backup': 'daily' } },
  },
  scaled: { ...scaled, bucket: { url: 's3://images/registry?region=eu-west-1', keysSecret: { name: 'bucket' } } },
  azure: {
    ...scaled,
    bucket: { url: 'azblob://account/container/registry', keysSecret: { name: 'bucket' } },
    service: { type: 'NodePort' },
    runAs: { runAsUser: null, runAsGroup: null, fsGroup: null },
    podDisruptionBudget: { maxUnavailable: '25%' },
  },
}

/** As the Prometheus operator's is for the API server: it lets a monitor have any fields. */
export const monitors = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'servicemonitors.monitoring.coreos.com' },
  spec: {
    group: 'monitoring.coreos.com',
    names: { kind: 'ServiceMonitor', listKind: 'ServiceMonitorList', plural: 'servicemonitors', singular: 'servicemonitor' },
    scope: 'Namespaced',
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
}
