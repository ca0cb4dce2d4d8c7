import type { Command } from 'commander'
import { Refusal } from '#core/refusal.ts'
import type { Cli } from '../command.ts'
import type { Host } from '../host.ts'
import { emptySecret, type ExactPlace, type FoundSecret, isOurs, type Place, type PullSecret } from './secret.ts'

export interface ClusterOptions {
  context?: string
  kubeconfig?: string
}

export const addClusterOptions = (command: Command, { say }: Cli): Command =>
  command.option('--context <name>', say('kubernetes.context')).option('--kubeconfig <file>', say('kubernetes.kubeconfig'))

/** Without --force-conflicts somebody else's hand on the Secret would stop us; it is ours as a whole. */
const apply = ['apply', '--server-side', '--force-conflicts', '--field-manager=longshore', '-f', '-']

export interface Pod {
  metadata: { name: string }
  status?: {
    phase?: string
    containerStatuses?: { imageID?: string; state?: { waiting?: { reason?: string; message?: string }; terminated?: object } }[]
  }
}

interface Account {
  metadata: { resourceVersion: string }
  imagePullSecrets?: { name: string }[]
}

const mostTries = 5

export interface Node {
  metadata: { name: string }
  status?: { conditions?: { type: string; status: string }[] }
}

/** A cluster of Kubernetes, by the person's own kubectl. A secret goes to it by standard input and never back to the screen. */
export class Cluster {
  readonly #host: Host
  readonly #options: ClusterOptions

  constructor(host: Host, options: ClusterOptions) {
    this.#host = host
    this.#options = options
  }

  /** What the namespace kube-system is called by nobody else: the usual name of a cluster that has none. */
  async id(): Promise<string> {
    const uid = await this.#kubectl(['get', 'namespace', 'kube-system', '-o', 'jsonpath={.metadata.uid}'])
    return uid.slice(0, 8)
  }

  /**
   * Asks without changing anything whether the cluster would take a Secret of ours there, and which one is there.
   * Fails with `kubectl-failed`, `pull-secret-foreign`.
   */
  async look({ name, namespace }: Place): Promise<{ place: ExactPlace; found: FoundSecret | undefined }> {
    const at = await this.#kubectl([...apply, ...within(namespace), '--dry-run=server', '-o', 'jsonpath={.metadata.namespace}'], {
      input: emptySecret({ name, namespace }),
    })
    const place = { name, namespace: at }
    const found = await this.secret(place)
    if (found && !isOurs(found)) throw new Refusal('pull-secret-foreign', { name, namespace: at })
    return { place, found }
  }

  async secret({ name, namespace }: Place): Promise<FoundSecret | undefined> {
    const text = await this.#kubectl(['get', 'secret', name, ...within(namespace), '--ignore-not-found', '-o', 'json'])
    return text.trim() === '' ? undefined : (JSON.parse(text) as FoundSecret)
  }

  async apply(secret: PullSecret): Promise<void> {
    await this.#kubectl([...apply, ...within(secret.metadata.namespace), '-o', 'name'], { input: secret })
  }

  async deleteSecret({ name, namespace }: Place): Promise<void> {
    await this.#kubectl(['delete', 'secret', name, ...within(namespace), '--ignore-not-found'])
  }

  /**
   * Puts the Secret among those of a service account, or takes it away. Kubernetes keeps that list as one value, so it is written whole
   * and only while nobody else has changed the account since it was read.
   */
  async changeAccount(account: string, { name, namespace }: Place, deed: 'add' | 'take' | 'try'): Promise<void> {
    const object = ['serviceaccount', account, ...within(namespace)]
    for (let tries = 1; ; tries++) {
      const { metadata, imagePullSecrets = [] } = JSON.parse(await this.#kubectl(['get', ...object, '-o', 'json'])) as Account
      const others = imagePullSecrets.filter((each) => each.name !== name)
      if (deed !== 'try' && others.length < imagePullSecrets.length === (deed === 'add')) return
      const patch = {
        metadata: { resourceVersion: metadata.resourceVersion },
        imagePullSecrets: deed === 'take' ? others : [...others, { name }],
      }
      const dry = deed === 'try' ? ['--dry-run=server'] : []
      try {
        await this.#kubectl(['patch', ...object, '--type=merge', '-p', JSON.stringify(patch), ...dry, '-o', 'name'])
        return
      } catch (error) {
        const isChanged = error instanceof Refusal && /object has been modified/.test(String(error.detail.message))
        if (!isChanged || tries === mostTries) throw error
      }
    }
  }

  async nodes(): Promise<Node[]> {
    return (JSON.parse(await this.#kubectl(['get', 'nodes', '-o', 'json'])) as { items: Node[] }).items
  }

  /** Answers the namespace that it went to. */
  async createPod(pod: object, namespace: string | undefined): Promise<string> {
    return this.#kubectl(['create', ...within(namespace), '-f', '-', '-o', 'jsonpath={.metadata.namespace}'], { input: pod })
  }

  async pod(name: string, namespace: string): Promise<Pod> {
    return JSON.parse(await this.#kubectl(['get', 'pod', name, ...within(namespace), '-o', 'json'])) as Pod
  }

  async deletePod(name: string, namespace: string): Promise<void> {
    await this.#kubectl(['delete', 'pod', name, ...within(namespace), '--ignore-not-found', '--wait=false', '--grace-period=0'])
  }

  async #kubectl(words: readonly string[], { input }: { input?: object } = {}): Promise<string> {
    const { context, kubeconfig } = this.#options
    const where = [
      ...(kubeconfig === undefined ? [] : [`--kubeconfig=${this.#host.absolute(kubeconfig)}`]),
      ...(context === undefined ? [] : [`--context=${context}`]),
    ]
    const done = await this.#host.call('kubectl', [...where, ...words], input === undefined ? '' : JSON.stringify(input))
    if (!done) throw new Refusal('kubectl-missing')
    if (done.code === 0) return done.out
    const message = done.problem.trim().split('\n').at(-1) ?? ''
    throw new Refusal('kubectl-failed', { deed: `kubectl ${words.slice(0, 3).join(' ')}`, message })
  }
}

const within = (namespace: string | undefined): string[] => (namespace === undefined ? [] : ['--namespace', namespace])
