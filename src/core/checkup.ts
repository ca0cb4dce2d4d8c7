import type { RefusalDetail, RefusalReason } from './refusal.ts'

/**
 * What `longshore doctor` can find, and how bad it is: `wrong` keeps something from working, `warning` may, `note` is worth
 * knowing. Each has a sentence in the catalogues (`doctor.<name>`), which takes its blanks from the detail.
 */
export const findings = {
  'server-runs': 'good',
  'server-stopped': 'note',
  'server-silent': 'wrong',
  'server-stranger': 'wrong',
  'server-absent': 'wrong',
  'server-renamed': 'wrong',
  'folder-unusable': 'wrong',
  'name-found': 'good',
  'name-unknown': 'wrong',
  'name-elsewhere': 'wrong',
  'name-without-ipv4': 'warning',
  'port-ours': 'good',
  'port-free': 'good',
  'port-silent': 'wrong',
  'port-taken': 'wrong',
  'port-not-permitted': 'wrong',
  'port-not-here': 'wrong',
  'certificate-good': 'good',
  'certificate-ending': 'warning',
  'certificate-ended': 'wrong',
  'certificate-early': 'wrong',
  'certificate-mistrusted': 'wrong',
  'trust-system': 'good',
  'trust-system-missing': 'note',
  'trust-docker': 'good',
  'trust-docker-loopback': 'good',
  'trust-docker-missing': 'wrong',
  'trust-podman': 'good',
  'trust-podman-missing': 'warning',
  'trust-containerd': 'good',
  'trust-containerd-missing': 'warning',
  'trust-az': 'good',
  'trust-az-missing': 'warning',
  'trust-node': 'good',
  'trust-node-missing': 'note',
  'clock-good': 'good',
  'clock-off': 'wrong',
  'clock-unsynchronized': 'warning',
  'disk-free': 'good',
  'disk-low': 'wrong',
  'disk-syncs': 'good',
  'disk-no-sync': 'wrong',
  'disk-doubtful': 'warning',
  'disk-one': 'good',
  'disk-split': 'warning',
  'descriptors-enough': 'good',
  'descriptors-few': 'wrong',
  'modes-closed': 'good',
  'modes-shared': 'good',
  'modes-open': 'wrong',
  'docker-ready': 'good',
  'docker-desktop': 'warning',
  'docker-silent': 'warning',
  'docker-not-permitted': 'warning',
  'docker-old': 'wrong',
  'docker-config-broken': 'wrong',
  'docker-helper-missing': 'wrong',
  'docker-proxied': 'wrong',
  'docker-insecure': 'warning',
  'podman-ready': 'good',
  'podman-blocked': 'wrong',
  'podman-insecure': 'warning',
  'az-ours': 'good',
  'az-elsewhere': 'warning',
  'az-stale': 'wrong',
  'az-signed-out': 'note',
  'az-plain': 'wrong',
  'proxies-none': 'good',
  'proxies-spare-us': 'good',
  'proxies-take-us': 'wrong',
} as const satisfies Record<string, State>

export type State = 'good' | 'note' | 'warning' | 'wrong'
export type FindingName = keyof typeof findings

export interface Finding {
  name: FindingName
  /** What it was found of: a host name, an address, a file. */
  of: string
  /** `free` and `floor` are numbers of bytes. */
  detail: Readonly<Record<string, string | number>>
  /** A line for a shell that mends it. */
  cure?: string
  /** The same as a deed that can be undone and touches nothing else. */
  repair?: Repair
}

export type Repair =
  | { kind: 'hosts'; lines: readonly string[] }
  | { kind: 'close'; path: string; mode: number }
  | { kind: 'copy'; from: string; to: string }
  | { kind: 'set-aside'; path: string }

export const found = (
  name: FindingName,
  of: string,
  detail: Finding['detail'] = {},
  mends: Pick<Finding, 'cure' | 'repair'> = {},
): Finding => ({ name, of, detail, ...mends })

/** What is looked at: a server by its data folder, or one somewhere else. */
export interface Patient {
  /** `https://host[:port]` */
  control: string
  /** Registries are `<name>.<domain>`; with its port. */
  domain: string
  /** The registries' names and their data endpoints', without ports. */
  hosts: readonly string[]
  /** Whose signature clients must trust; undefined where the system's roots are enough. */
  authority: { path: string; pem: string } | undefined
  /** Undefined: it is not on this machine. */
  here: Here | undefined
  /** How this program is called in a cure: `longshore`, and ` --data-dir …` where a cure needs it. */
  program: string
  place: string
}

export interface Here {
  dataDir: string
  /** False: there is no registry in the folder yet. */
  isMade: boolean
  /** Why nothing can be done with it. */
  trouble: { reason: RefusalReason; detail: RefusalDetail } | undefined
  isRunning: boolean
  pid: number | undefined
  listeners: readonly { setting: string; host: string; port: number }[]
  diskFloor: number
  /** What the folder's parts may be opened by: path and the most that its mode may say. */
  closed: readonly { path: string; mode: number }[]
  /** Whose members may read the files of blobs; undefined: nobody but the server's user. */
  group: string | undefined
  /** Parts that should lie on one file system. */
  together: readonly string[]
}
