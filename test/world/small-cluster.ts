// What kubectl says of a cluster, as far as `longshore kubernetes` asks it: a stand-in that keeps objects, so that what was sent can be looked at.
import assert from 'node:assert/strict'

interface Meta {
  name: string
  namespace?: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
}
export interface KeptSecret {
  metadata: Meta
  type: string
  data: Record<string, string>
}
interface Spoken {
  code: number
  out: string
  problem: string
}

const done = (out = ''): Spoken => ({ code: 0, out, problem: '' })
const failed = (problem: string): Spoken => ({ code: 1, out: '', problem: `${problem}\n` })

export class SmallCluster {
  readonly uid = '1b9e4e9c-6f0e-4d5e-9a55-0d3c2f1a7b60'
  readonly secrets = new Map<string, KeptSecret>()
  /** Names of pull secrets by `namespace/account`. */
  readonly accounts = new Map<string, string[]>()
  readonly pods = new Map<string, { spec: { nodeName: string; containers: { image: string }[] }; metadata: Meta }>()
  nodes = ['worker-1', 'worker-2']
  /** What the runtime of a node says of an image. */
  says = (_node: string, image: string) => `failed to resolve reference "${image}": ${image}: not found`
  /** Every command line. */
  readonly lines: string[][] = []
  /** Done by somebody else before a patch arrives. */
  meanwhile = (): void => {}
  /** Refuses what is said so, as a cluster refuses who may not. */
  refuses: (words: readonly string[]) => string | undefined = () => undefined

  constructor(namespaces: readonly string[] = ['default']) {
    for (const each of namespaces) this.accounts.set(`${each}/default`, [])
  }

  readonly call = async (program: string, words: readonly string[], input: string): Promise<Spoken | undefined> => {
    assert.equal(program, 'kubectl')
    this.lines.push([...words])
    const rest = words.filter((each) => !/^--(?:context|kubeconfig)=/.test(each))
    const refusal = this.refuses(rest)
    if (refusal !== undefined) return failed(refusal)
    const at = rest.indexOf('--namespace')
    const namespace = at < 0 ? 'default' : (rest[at + 1] ?? '')
    const dry = rest.includes('--dry-run=server')
    const [verb = '', kind = '', name = ''] = rest
    if (verb === 'apply') return this.#apply(JSON.parse(input) as KeptSecret, namespace, dry)
    if (verb === 'create') return this.#create(JSON.parse(input), namespace)
    if (verb === 'patch') return this.#patch(`${namespace}/${name}`, rest[rest.indexOf('-p') + 1] ?? '', dry)
    if (verb === 'delete') {
      if (kind === 'secret') this.secrets.delete(`${namespace}/${name}`)
      else this.pods.delete(`${namespace}/${name}`)
      return done()
    }
    if (kind === 'secret')
      return done(this.secrets.has(`${namespace}/${name}`) ? JSON.stringify(this.secrets.get(`${namespace}/${name}`)) : '')
    if (kind === 'serviceaccount') return this.#account(`${namespace}/${name}`)
    if (kind === 'namespace') return done(this.uid)
    if (kind === 'nodes') return done(JSON.stringify({ items: this.nodes.map((each) => ({ metadata: { name: each } })) }))
    if (kind === 'pod') return this.#pod(`${namespace}/${name}`)
    throw new Error(`no such command here: ${words.join(' ')}`)
  }

  #apply(secret: KeptSecret, namespace: string, dry: boolean): Spoken {
    if (![...this.accounts.keys()].some((each) => each.startsWith(`${namespace}/`)))
      return failed(`Error from server (NotFound): namespaces "${namespace}" not found`)
    if (!dry) this.secrets.set(`${namespace}/${secret.metadata.name}`, { ...secret, metadata: { ...secret.metadata, namespace } })
    return done(namespace)
  }

  #create(pod: { metadata: Meta; spec: { nodeName: string; containers: { image: string }[] } }, namespace: string): Spoken {
    this.pods.set(`${namespace}/${pod.metadata.name}`, pod)
    return done(namespace)
  }

  #pod(key: string): Spoken {
    const pod = this.pods.get(key)
    if (!pod) return failed(`Error from server (NotFound): pods "${key}" not found`)
    const message = this.says(pod.spec.nodeName, pod.spec.containers[0]?.image ?? '')
    return done(
      JSON.stringify({
        metadata: pod.metadata,
        status: { containerStatuses: [{ state: { waiting: { reason: 'ErrImagePull', message } } }] },
      }),
    )
  }

  #account(key: string): Spoken {
    const names = this.accounts.get(key)
    if (!names) return failed(`Error from server (NotFound): serviceaccounts "${key.split('/')[1]}" not found`)
    const imagePullSecrets = names.map((name) => ({ name }))
    return done(JSON.stringify({ metadata: { resourceVersion: this.#versionOf(key) }, ...(names.length > 0 && { imagePullSecrets }) }))
  }

  /** A merge patch: the list is one value, and an old version is refused. */
  #patch(key: string, patch: string, dry: boolean): Spoken {
    if (!this.accounts.has(key)) return this.#account(key)
    const { metadata, imagePullSecrets } = JSON.parse(patch) as {
      metadata: { resourceVersion: string }
      imagePullSecrets: { name: string }[]
    }
    this.meanwhile()
    if (metadata.resourceVersion !== this.#versionOf(key))
      return failed(`Error from server (Conflict): Operation cannot be fulfilled on serviceaccounts "${key}": the object has been modified`)
    const names = imagePullSecrets.map(({ name }) => name)
    if (!dry) this.accounts.set(key, names)
    return done()
  }

  readonly #versionOf = (key: string): string => (this.accounts.get(key) ?? []).join(',')

  /** The login of a Secret for each of its servers. */
  loginsOf(key: string): Record<string, { username: string; password: string; auth: string }> {
    const secret = this.secrets.get(key)
    assert.ok(secret, `the cluster has no Secret ${key}`)
    return loginsIn(secret)
  }
}

export const loginsIn = ({ data }: Pick<KeptSecret, 'data'>): Record<string, { username: string; password: string; auth: string }> =>
  (JSON.parse(Buffer.from(data['.dockerconfigjson'] ?? '', 'base64').toString()) as { auths: never }).auths
