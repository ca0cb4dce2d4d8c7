// Pods that the real kubelet starts, or does not.
import { setTimeout as pause } from 'node:timers/promises'
import type { Cluster } from './node.ts'

export interface PodOptions {
  image: string
  namespace?: string
  /** Names of pull secrets; without them those of the service account. */
  secrets?: readonly string[]
  account?: string
}

interface PodStatus {
  status?: {
    phase?: string
    containerStatuses?: { state?: { waiting?: { reason: string; message?: string }; terminated?: { exitCode: number } } }[]
  }
  spec?: { imagePullSecrets?: { name: string }[] }
}

/** What became of a pod: it ran to its end and printed something, or its image did not come. */
export type Outcome = { ran: true; printed: string } | { ran: false; reason: string; event: string }

let count = 0

/** Starts a pod that pulls in any case, waits until it has run or its image was refused, and takes it away. */
export async function runPod(cluster: Cluster, { image, namespace = 'default', secrets, account }: PodOptions): Promise<Outcome> {
  const name = `pod-${++count}`
  const spec = {
    restartPolicy: 'Never',
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 0,
    ...(secrets === undefined ? {} : { imagePullSecrets: secrets.map((each) => ({ name: each })) }),
    ...(account === undefined ? {} : { serviceAccountName: account }),
    containers: [{ name: 'main', image, imagePullPolicy: 'Always' }],
  }
  await cluster.apply({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, spec })
  try {
    for (const end = Date.now() + 60_000; ; await pause(250)) {
      const { status } = await cluster.get<PodStatus>('pod', name, namespace)
      if (status?.phase === 'Succeeded') return { ran: true, printed: await cluster.kubectl('logs', name, '-n', namespace) }
      const waiting = status?.containerStatuses?.[0]?.state?.waiting
      if (waiting && /^(?:ErrImagePull|ImagePullBackOff)$/.test(waiting.reason))
        return { ran: false, reason: 'ErrImagePull', event: await failure(cluster, name, namespace) }
      if (Date.now() > end) throw new Error(`the pod neither ran nor was refused: ${JSON.stringify(status)}`)
    }
  } finally {
    await cluster.kubectl('delete', 'pod', name, '-n', namespace, '--force', '--grace-period=0')
  }
}

/** The sentence of the event that tells why, as `kubectl describe` shows it. */
async function failure(cluster: Cluster, name: string, namespace: string): Promise<string> {
  const selector = `involvedObject.name=${name},reason=Failed`
  for (const end = Date.now() + 15_000; ; await pause(250)) {
    const { items } = JSON.parse(await cluster.kubectl('get', 'events', '-n', namespace, '--field-selector', selector, '-o', 'json')) as {
      items: { message: string }[]
    }
    const told = items.map(({ message }) => message).find((each) => each.startsWith('Failed to pull image'))
    if (told !== undefined) return told
    if (Date.now() > end) throw new Error(`no event tells why ${name} did not get its image`)
  }
}
