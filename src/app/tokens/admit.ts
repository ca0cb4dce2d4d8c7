import type { ResourceReads } from '#ports/resources.ts'
import type { CredentialReads } from '#ports/credentials.ts'
import type { DirectoryReads } from '#ports/directory.ts'
import type { RoleReads } from '#ports/roles.ts'
import type { ContentReads } from '#ports/content.ts'
import { type Access, type Caller, type Decision, decide } from '#core/access.ts'
import { RegistryError } from '#core/registry-error.ts'
import type { Registry } from '#ports/registries.ts'
import type { Deps } from '../deps.ts'
import { deletedSeq } from '../distribution/blobs.ts'
import type { Presented } from './authenticate.ts'
import { type ChallengeReason, missing } from './challenge.ts'
import { signIn } from './sign-in.ts'

/** What a surface of the data plane is told of the registry that a host name means. */
export interface Served {
  registry: Registry
  /** The registry's name that was spoken to: its login server, and `service` of the challenge. */
  service: string
  /** Whether a token's audience is one of the registry's names. */
  isName(audience: string): boolean
  /** Where tokens are got, as the caller can reach it. */
  realm: string
}

/** For a host name of ours that is no registry's. */
export function noSuchRegistry(): never {
  throw new RegistryError('not-found', 'there is no registry of this name here')
}

/** Who asks, by what the Authorization header says. Fails with `unauthorized`, `too-many-requests`. */
export async function identify(
  deps: Pick<Deps, 'signers' | 'clock' | 'failedLogins'> & { store: CredentialReads & DirectoryReads & ResourceReads & RoleReads },
  { registry, isName }: Served,
  presented: Presented | 'malformed' | undefined,
  address: string,
): Promise<Caller> {
  if (presented === 'malformed')
    throw new RegistryError('unauthorized', 'authentication required: the Authorization header is neither Basic nor Bearer')
  return (await signIn(deps, registry, isName, presented ?? { kind: 'none' }, address)).caller
}

/** May they. Fails with `unauthorized`, whose detail has what the challenge and the body tell. */
export function admit(deps: { store: ContentReads }, registry: Registry, caller: Caller, access: Access): Promise<void> | undefined {
  if (access.kind !== 'scope' || access.type !== 'repository') return judge(caller, access)
  const deleted = deletedSeq(deps, registry, caller, access.name)
  return deleted instanceof Promise ? deleted.then((seq) => judge(caller, access, seq)) : judge(caller, access)
}

function judge(caller: Caller, access: Access, repositoryDeletedSeq?: number): undefined {
  const decision = decide(caller, access, { repositoryDeletedSeq })
  if (!decision.allowed) throw refusal(caller, access, decision)
}

function refusal(caller: Caller, access: Access, decision: Extract<Decision, { allowed: false }>): RegistryError {
  const presentedToken = caller.seq !== undefined
  const error: ChallengeReason | undefined =
    decision.because === 'token-older-than-repository'
      ? 'invalid_token'
      : presentedToken || decision.because === 'not-held'
        ? 'insufficient_scope'
        : undefined
  return new RegistryError('unauthorized', 'authentication required, visit https://aka.ms/acr/authorization for more information.', {
    ...(error ? { error } : {}),
    because: decision.because,
    missing: missing(access),
  })
}
