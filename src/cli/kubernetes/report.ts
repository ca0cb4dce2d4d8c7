import type { ArmRegistry } from '#client/arm.ts'
import type { Cli } from '../command.ts'
import type { Made } from './pullers.ts'

/** What was made, one line each. */
export const madeLines = ({ say }: Cli, all: readonly Made[]): string[] => all.map((each) => madeLine(say, each))

function madeLine(say: Cli['say'], each: Made): string {
  switch (each.what) {
    case 'token':
      return say('kubernetes.made.token', each)
    case 'principal':
      return say('kubernetes.made.principal', each)
    case 'role':
      return say('kubernetes.made.role', each)
    case 'password':
      return say('kubernetes.made.password', { name: each.name, until: each.until.slice(0, 10) })
    case 'secret':
      return say('kubernetes.made.secret', each)
    case 'account':
      return say('kubernetes.made.account', each)
  }
}

/** Command lines that take away what was made, the last one first. */
export function undoLines(all: readonly Made[], { id, name }: ArmRegistry): string[] {
  const principal = all.find((each) => each.what === 'principal')
  return [...all].reverse().flatMap((each) => {
    switch (each.what) {
      case 'token':
        return [`az acr token delete --registry ${name.toLowerCase()} --name ${each.name}`]
      case 'principal':
        return [`longshore identity sp delete ${each.appId}`]
      case 'role':
        return principal ? [] : [`longshore identity role remove --assignee ${each.name} --role AcrPull --scope ${id}`]
      case 'secret':
        return [`kubectl --namespace ${each.namespace} delete secret ${each.name}`]
      case 'password':
      case 'account':
        return []
    }
  })
}

/** Who is on this machine alone is no registry for the nodes of another. */
export const isLoopback = (server: string): boolean => /^(?:localhost|.*\.localhost|127\.[\d.]+|\[::1\])(?::\d+)?$/i.test(server)
