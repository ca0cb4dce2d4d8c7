import { type Command, InvalidArgumentError } from 'commander'
import {
  addDataOptions,
  addOutputOption,
  addRegistryOption,
  asOperator,
  type Cli,
  type DataOptions,
  newCommand,
  type OutputOptions,
  print,
  type RegistryOptions,
} from '../command.ts'
import { namedRegistry } from '../named-registry.ts'
import { grid } from '../print.ts'
import { addClusterOptions, Cluster, type ClusterOptions, type Pod } from './cluster.ts'
import { serverArgument, serversOf } from './issue.ts'
import { type PullOutcome, pullOutcome } from './pull-problem.ts'

interface Options extends DataOptions, OutputOptions, RegistryOptions, ClusterOptions {
  namespace?: string
  node: string[]
  image: string
  server: string[]
  secret?: string
  seconds: number
}

export interface NodeReport {
  node: string
  server: string
  outcome: PullOutcome | 'silent'
  /** The runtime's own sentence. */
  message: string
}

export function checkCommand(cli: Cli): Command {
  const { host, say } = cli
  const command = newCommand('check', say('kubernetes.check.summary'), say('kubernetes.check.more'))
  addOutputOption(addRegistryOption(addDataOptions(command, cli), cli), cli)
    .option('--namespace <name>', say('kubernetes.check.namespace'))
    .option('--node <name...>', say('kubernetes.check.node'), [])
    .option('--image <repository:tag>', say('kubernetes.check.image'), 'longshore-check')
    .option('--secret <name>', say('kubernetes.check.secret'))
    .option('--server <name...>', say('kubernetes.server'), serverArgument(cli), [])
    .option('--seconds <number>', say('kubernetes.check.seconds'), secondsArgument(cli), 60)
  return addClusterOptions(command, cli).action(async (options: Options) => {
    const registry = await asOperator(cli, options, ({ arm }) => namedRegistry(arm, options.registry))
    const cluster = new Cluster(host, options)
    const nodes = options.node.length > 0 ? options.node : (await cluster.nodes()).map(({ metadata }) => metadata.name)
    const stop = host.interruption()
    const asked = nodes.flatMap((node) => serversOf(registry, options.server).map((server) => ({ node, server })))
    const reports = await Promise.all(asked.map((each) => ask(cli, cluster, options, { ...each, stop })))
    print(cli, options, reports, (all) =>
      all.length === 0
        ? `${say('kubernetes.check.none')}\n`
        : grid(
            [say('kubernetes.check.node-name'), say('kubernetes.check.server-name'), say('kubernetes.check.outcome')],
            all.map(({ node, server, outcome }) => [node, server, say(`kubernetes.check.is.${outcome}`)]),
          ) +
          [...new Set(all.filter(({ outcome }) => outcome !== 'pulls').map(({ message }) => message))].map((each) => `${each}\n`).join(''),
    )
    if (reports.length === 0 || reports.some(({ outcome }) => outcome !== 'pulls')) cli.exitWith(1)
  })
}

const secondsArgument =
  ({ say }: Cli) =>
  (text: string): number => {
    if (/^\d{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= 3600) return Number(text)
    throw new InvalidArgumentError(say('expected.number', { least: 1, most: 3600 }))
  }

/**
 * A pod of an image that is not there: when the registry says so, the node found it, trusts it, and may pull. With a tag that is there the
 * node pulls it. Nothing ever runs.
 */
async function ask(
  { host }: Cli,
  cluster: Cluster,
  { namespace, image, secret, seconds }: Options,
  { node, server, stop }: { node: string; server: string; stop: AbortSignal },
): Promise<NodeReport> {
  const name = `longshore-check-${host.makeGuid().slice(0, 8)}`
  const whole = `${server}/${image}${image.includes(':') ? '' : `:${name}`}`
  const at = await cluster.createPod(podOf({ name, node, secret, image: whole }), namespace)
  try {
    const until = host.now() + seconds * 1000
    for (;;) {
      const found = foundIn(await cluster.pod(name, at))
      if (found) return { node, server, ...found }
      if (host.now() > until || stop.aborted) return { node, server, outcome: 'silent', message: '' }
      await host.pause(500)
    }
  } finally {
    await cluster.deletePod(name, at)
  }
}

/** Undefined while nothing is known. The sentence of the pull itself is what counts: later the kubelet says only that it waits. */
function foundIn({ status }: Pod): Pick<NodeReport, 'outcome' | 'message'> | undefined {
  const [container] = status?.containerStatuses ?? []
  const { reason = '', message = '' } = container?.state?.waiting ?? {}
  // The image is there, and what the pod wants to run is not in it.
  if (container?.imageID || container?.state?.terminated || /^(?:Create|Run)Container/.test(reason))
    return { outcome: 'pulls', message: '' }
  if (message !== '' && (reason === 'ErrImagePull' || message.includes(': '))) return { outcome: pullOutcome(message), message }
  return undefined
}

function podOf({ name, node, secret, image }: { name: string; node: string; secret: string | undefined; image: string }): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { 'app.kubernetes.io/managed-by': 'longshore', 'app.kubernetes.io/component': 'check' } },
    spec: {
      nodeName: node,
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 0,
      tolerations: [{ operator: 'Exists' }],
      ...(secret === undefined ? {} : { imagePullSecrets: [{ name: secret }] }),
      securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'check',
          image,
          command: ['/longshore-check'],
          imagePullPolicy: 'Always',
          resources: { requests: { cpu: '1m', memory: '1Mi' }, limits: { cpu: '10m', memory: '16Mi' } },
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, readOnlyRootFilesystem: true },
        },
      ],
    },
  }
}
