/** A Secret of type kubernetes.io/dockerconfigjson, which the kubelet signs in with. */
export interface PullSecret {
  apiVersion: 'v1'
  kind: 'Secret'
  metadata: { name: string; namespace?: string; labels: Record<string, string>; annotations: Record<string, string> }
  type: 'kubernetes.io/dockerconfigjson'
  data: { '.dockerconfigjson': string }
}

export interface PullLogin {
  /** `host[:port]`, as the names of images have it. */
  servers: readonly string[]
  username: string
  password: string
}

/** What the Secret says of itself: enough to know later whether its password is still one. */
export interface PullNote {
  registry: string
  /** Which password of its owner it is; no part of the password. */
  credential: string
  /** ISO 8601; null: it does not end. */
  expires: string | null
}

export interface ExactPlace {
  name: string
  namespace: string
}

export interface Place {
  name: string
  namespace?: string | undefined
}

const managed = { 'app.kubernetes.io/managed-by': 'longshore' }
const note = { registry: 'longshore/registry', credential: 'longshore/credential', expires: 'longshore/expires' }
const key = '.dockerconfigjson'

export function pullSecret({ name, namespace }: Place, login: PullLogin, { registry, credential, expires }: PullNote): PullSecret {
  const { servers, username, password } = login
  const auth = base64(`${username}:${password}`)
  const auths = Object.fromEntries(servers.map((server) => [server, { username, password, auth }]))
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      labels: managed,
      annotations: {
        [note.registry]: registry,
        [note.credential]: credential,
        ...(expires === null ? {} : { [note.expires]: expires }),
      },
    },
    type: 'kubernetes.io/dockerconfigjson',
    data: { [key]: base64(JSON.stringify({ auths })) },
  }
}

/** Ours without a login: what the cluster is asked with whether it would take one. */
export const emptySecret = (place: Place): PullSecret => ({
  ...pullSecret(place, { servers: [], username: '', password: '' }, { registry: '', credential: '', expires: null }),
})

export const isOurs = (found: FoundSecret): boolean => found.metadata.labels?.['app.kubernetes.io/managed-by'] === 'longshore'

/** As the cluster has it. */
export interface FoundSecret {
  metadata: { labels?: Record<string, string>; annotations?: Record<string, string> }
  data?: Record<string, string>
}

/** Undefined where it is none that we could have made. */
export function readPullSecret(found: FoundSecret): { login: PullLogin; note: PullNote } | undefined {
  const annotations = found.metadata.annotations ?? {}
  const [registry, credential] = [annotations[note.registry], annotations[note.credential]]
  const auths = authsIn(found.data?.[key] ?? '')
  const [first] = Object.values(auths)
  if (registry === undefined || credential === undefined || first === undefined) return undefined
  return { login: { servers: Object.keys(auths), ...first }, note: { registry, credential, expires: annotations[note.expires] ?? null } }
}

function authsIn(data: string): Record<string, { username: string; password: string }> {
  try {
    const { auths } = JSON.parse(Buffer.from(data, 'base64').toString('utf8')) as { auths?: Record<string, Record<string, string>> }
    return Object.fromEntries(
      Object.entries(auths ?? {}).map(([server, { username = '', password = '' }]) => [server, { username, password }]),
    )
  } catch {
    return {}
  }
}

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64')
