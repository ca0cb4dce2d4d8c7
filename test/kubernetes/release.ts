// The chart, installed by helm into the cluster from the image of this checkout.
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import { run, succeed, told } from '../clients/command.ts'
import type { Layout } from '../clients/images.ts'
import { goTool } from '../clients/tool.ts'
import { buildImage, imageName } from './image.ts'
import { type Cluster, nodeName, startCluster } from './node.ts'

export const chart = fileURLToPath(new URL('../../deploy/helm/longshore', import.meta.url))

export type Values = Record<string, unknown>

export interface Login {
  user: string
  password: string
}

export interface Release {
  /** The Service as images name it: `r-longshore.ns.svc:80`. */
  host: string
  helm: (words: readonly string[], values: Values) => Promise<string>
  /** Must fail; answers what it says. */
  refused: (words: readonly string[], values: Values) => Promise<string>
  pods: () => Promise<{ name: string; uid: string; ready: boolean }[]>
  /** In one of its pods. */
  exec: (pod: string, ...words: string[]) => Promise<string>
  /** The admin user of the first registry, by the line of the notes. */
  firstPassword: () => Promise<Login>
  push: (layout: Layout, repository: string, login: Login) => Promise<void>
}

/** @param folder where the values lie */
export function releaseOf(cluster: Cluster, folder: string, { name, namespace }: { name: string; namespace: string }): Release {
  const { kubectl, machine } = cluster
  const full = name.includes('longshore') ? name : `${name}-longshore`
  const host = `${full}.${namespace}.svc:80`
  const selector = `app.kubernetes.io/instance=${name},app.kubernetes.io/component=server`
  let files = 0
  const pods: Release['pods'] = async () => {
    const { items } = JSON.parse(await kubectl('get', 'pods', '-n', namespace, '-l', selector, '-o', 'json')) as { items: PodJson[] }
    return items
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .map(({ metadata, status }) => ({
        name: metadata.name,
        uid: metadata.uid,
        ready: status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false,
      }))
  }
  const exec: Release['exec'] = (pod, ...words) => kubectl('exec', '-n', namespace, pod, '--', ...words)
  mkdirSync(join(cluster.hostsFolder, host), { recursive: true })
  writeFileSync(join(cluster.hostsFolder, host, 'hosts.toml'), `server = "http://${host}"\n[host."http://${host}"]\n`)
  const helm = ([verb = '', ...rest]: readonly string[], values: Values) => {
    const file = join(folder, `${full}-${++files}.yaml`)
    writeFileSync(file, stringify({ image: imageName, names: [host.split(':')[0]], ...values }))
    const ofChart = ['install', 'upgrade', 'template'].includes(verb) ? [chart, '-f', file] : []
    const waiting = ['install', 'upgrade', 'rollback'].includes(verb) ? ['--wait', '--timeout', '180s'] : []
    return [verb, name, ...ofChart, ...waiting, '--kubeconfig', cluster.kubeconfig, '--namespace', namespace, ...rest]
  }
  return {
    host,
    helm: (words, values) => succeed(goTool('helm'), helm(words, values), { seconds: 240 }),
    refused: async (words, values) => {
      const all = helm(words, values)
      const done = await run(goTool('helm'), all, { seconds: 240 })
      assert.notEqual(done.code, 0, told('helm', all, done))
      return done.stderr
    },
    pods,
    exec,
    firstPassword: async () => {
      for (const pod of await pods()) {
        const told = await exec(pod.name, 'sh', '-c', 'cat /data/longshore/first-passwords 2>/dev/null || true')
        const [user, password] = [/^registry_user=(.+)$/m.exec(told)?.[1], /^registry_password=(.+)$/m.exec(told)?.[1]]
        if (user !== undefined && password !== undefined) return { user, password }
      }
      assert.fail('no pod has the first passwords')
    },
    push: async (layout, repository, { user, password }) => {
      const words = ['--insecure-policy', 'copy', '--dest-creds', `${user}:${password}`, '--dest-tls-verify=false']
      // Inside, where the names of services are known.
      await succeed(
        ...machine.within('skopeo', [...words, `oci:${layout.directory}:${layout.tag}`, `docker://${host}/${repository}:${layout.tag}`]),
      )
    },
  }
}

interface PodJson {
  metadata: { name: string; uid: string; deletionTimestamp?: string }
  status: { conditions?: { type: string; status: string }[] }
}

/** A cluster that has the image of this checkout, and a namespace for releases with the strictest of Kubernetes' own rules: the chart promises what they ask for. */
export async function startForChart(folder: string, namespace: string): Promise<Cluster> {
  const cluster = await startCluster([])
  try {
    await cluster.ctr('images', 'import', await buildImage(folder))
    await cluster.kubectl('create', 'namespace', namespace)
    await cluster.kubectl('label', 'namespace', namespace, 'pod-security.kubernetes.io/enforce=restricted')
    return cluster
  } catch (error) {
    await cluster.stop()
    throw error
  }
}

/** The Secret `pull` of the default namespace, with which pods pull from a registry; another one of that name goes. @param host with its port */
export async function givePullSecret({ kubectl }: Cluster, host: string, { user, password }: Login): Promise<void> {
  await kubectl('delete', 'secret', 'pull', '--ignore-not-found')
  const words = [`--docker-server=${host}`, `--docker-username=${user}`, `--docker-password=${password}`]
  await kubectl('create', 'secret', 'docker-registry', 'pull', ...words)
}

/** A folder of the node as a volume, with the mode of a new disk: root's own, but for the group that the pod is given. */
export function volume(name: string, path: string): object {
  mkdirSync(path, { recursive: true })
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      persistentVolumeReclaimPolicy: 'Retain',
      storageClassName: 'local',
      local: { path },
      nodeAffinity: {
        required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [nodeName] }] }] },
      },
    },
  }
}
