import type { ArmRegistry } from '#client/arm.ts'
import { Refusal } from '#core/refusal.ts'
import { type Command, InvalidArgumentError } from 'commander'
import type { Cli } from '../command.ts'
import type { Made, Puller } from './pullers.ts'
import { type FoundSecret, type Place, pullSecret, type PullSecret, readPullSecret } from './secret.ts'

export interface IssueOptions {
  rotate?: true
  days: number
  server: string[]
}

export const addIssueOptions = (command: Command, cli: Cli): Command =>
  command
    .option('--server <name...>', cli.say('kubernetes.server'), serverArgument(cli), [])
    .option('--days <number>', cli.say('kubernetes.days'), daysArgument(cli), 365)
    .option('--rotate', cli.say('kubernetes.rotate'))

// A kubelet takes a login for the images below a path, too. What comes before the host is of the address that somebody copied.
const serverForm =
  /^(?:https?:\/\/)?((?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?(?:\/[a-z0-9._/-]*[a-z0-9])?)\/?$/i

/** As it stands in the names of images. */
export const serverArgument =
  ({ say }: Cli) =>
  (text: string, before: readonly string[]): string[] => {
    const [, name] = serverForm.exec(text) ?? []
    if (name === undefined) throw new InvalidArgumentError(say('expected.server'))
    return [...before, name.toLowerCase()]
  }

const daysArgument =
  ({ say }: Cli) =>
  (text: string): number => {
    if (/^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 36_500) return Number(text)
    throw new InvalidArgumentError(say('expected.number', { least: 1, most: 36_500 }))
  }

export const secretNameOf = (registry: string): string => `longshore-${registry.toLowerCase()}`

/** The names under which images of the registry are asked for. */
export const serversOf = ({ properties }: ArmRegistry, more: readonly string[]): string[] => [...new Set([properties.loginServer, ...more])]

export interface Issued {
  secret: PullSecret
  username: string
  expires: string | null
  /** Whether the cluster's own has something else. */
  isNew: boolean
}

interface Issue extends IssueOptions {
  registry: ArmRegistry
  place: Place
  /** What the cluster has; undefined where it was not asked, too. */
  found: FoundSecret | undefined
  /** What to do when there are passwords and nobody can tell them any more. */
  whenLost: 'refuse' | 'replace'
  now: number
  made: (thing: Made) => void
}

/**
 * The Secret with a password that is good: the one that the cluster has, or a new one. Fails with `pull-password-there` where a new one
 * would leave behind another that somebody may use.
 */
export async function issue(puller: Puller, asked: Issue): Promise<Issued> {
  const { registry, place, found, rotate, days, server, now, made } = asked
  const servers = serversOf(registry, server)
  const name = registry.name.toLowerCase()
  const before = found && readPullSecret(found)
  const inUse = puller.standing.find(({ id }) => before?.note.registry === name && id === before.note.credential)
  if (before && inUse && !rotate) {
    const secret = pullSecret(place, { ...before.login, servers }, before.note)
    const isNew = before.login.servers.join() !== servers.join()
    return { secret, username: before.login.username, expires: before.note.expires, isNew }
  }
  const isLost = !inUse && puller.standing.length > 0
  if (isLost && !rotate && asked.whenLost === 'refuse') throw new Refusal('pull-password-there', { name: puller.username })
  const kept = inUse ?? (asked.whenLost === 'refuse' ? puller.standing[0] : undefined)
  const until = now + days * 86_400_000
  const { id, value } = await puller.makePassword(kept?.id, until)
  const { username } = puller
  const expires = new Date(until).toISOString()
  made({ what: 'password', name: username, until: expires })
  return {
    secret: pullSecret(place, { servers, username, password: value }, { registry: name, credential: id, expires }),
    username,
    expires,
    isNew: true,
  }
}
