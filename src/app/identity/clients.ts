import type { SignInCommands, SignInReads } from '#ports/sign-ins.ts'
import { isGuid } from '#core/resource-id.ts'
import type { DirectoryObject, DirectoryReads } from '#ports/directory.ts'
import type { Deps } from '../deps.ts'
import { believeAssertion, clientOfAssertion } from './client-assertion.ts'
import { throttleSecret } from './throttling.ts'
import { findClientSecret, secretsOfApplication, type Credential, credentialsOfPrincipal } from './credentials.ts'
import { SignInRefused } from './sign-in-refusal.ts'

/** What a client presents to prove itself. */
export type ClientProof = { kind: 'none' } | { kind: 'secret'; secret: string } | { kind: 'assertion'; assertion: string }

export interface ClientUse {
  /** Lower case; an assertion may come without. */
  clientId: string | undefined
  proof: ClientProof
  address: string
  isTokenEndpoint: (url: string) => boolean
}

export interface Client {
  id: string
  name: string
  /** Undefined for one that is not registered: only a person can sign in through it. */
  servicePrincipal: DirectoryObject | undefined
  /** The name of the secret or certificate by which it proved itself; null when it did not. */
  credential: string | null
}

type ClientDeps = Pick<Deps, 'clock' | 'assertions' | 'certificates' | 'failedLogins'> & {
  store: DirectoryReads & SignInCommands & SignInReads
}

/** Programs that bring their id along, as Azure knows them. */
const wellKnown: Readonly<Record<string, string>> = {
  '04b07795-8ddb-461a-bbee-02f9e1bf7b46': 'Azure CLI',
  '1950a258-227b-4e31-a9cf-717495945fc2': 'Azure PowerShell',
  'aebc6443-996d-45c2-90f0-388ff96faa56': 'Visual Studio Code',
}

/**
 * The program behind a client id. One that the directory does not know may let a person sign in: it proves nothing
 * anywhere (az's id is public), codes go to the person's own machine only (redirects.ts), and on the device page the
 * person says yes. Fails with `client-unknown`, `client-disabled`.
 */
export async function findClient(
  { store }: { store: DirectoryReads },
  clientId: string,
): Promise<Client & { registered: DirectoryObject[] }> {
  if (!isGuid(clientId)) throw new SignInRefused('client-unknown', { client: clientId.slice(0, 60) })
  const id = clientId.toLowerCase()
  const registered = await store.directoryObjectsByAppId(id)
  if (registered.some((each) => !each.enabled)) throw new SignInRefused('client-disabled', { client: id })
  const servicePrincipal = registered.find((each) => each.kind === 'servicePrincipal')
  return { id, name: registered[0]?.name ?? wellKnown[id] ?? id, servicePrincipal, credential: null, registered }
}

/**
 * The program that asks for a token, believed. A registered one must show a secret or a certificate, also when it has none
 * any more, unless its registration says that it is a public client too.
 * Fails with `client-…`, `assertion-…`, `parameter-missing`, `too-many-attempts`.
 */
export async function authenticateClient(deps: ClientDeps, use: ClientUse): Promise<Client> {
  const { proof } = use
  const clientId = use.clientId ?? (proof.kind === 'assertion' ? clientOfAssertion(deps, proof.assertion) : undefined)
  if (clientId === undefined) throw new SignInRefused('parameter-missing', { parameter: 'client_id' })
  const { registered, ...client } = await findClient(deps, clientId)
  if (proof.kind === 'none') {
    if (registered.length > 0 && !registered.some(isPublic)) throw new SignInRefused('client-unproven')
    return client
  }
  if (registered.length === 0) throw new SignInRefused('client-unknown', { client: client.id })
  const credentials = await credentialsOf(deps, client)
  if (proof.kind === 'assertion') {
    const { name } = await believeAssertion(deps, client.id, credentials, { ...use, assertion: proof.assertion })
    return { ...client, credential: name }
  }
  return throttleSecret(deps, use.address, async () => {
    const found = findClientSecret(credentials, proof.secret, deps.clock.now())
    if (typeof found !== 'string') return { ...client, credential: found.name }
    throw new SignInRefused(found === 'ended' ? 'client-secret-ended' : 'client-secret-wrong', { client: client.id })
  })
}

/** Its registration says that it runs where it cannot keep a secret (Graph, `isFallbackPublicClient`, `publicClient`). */
function isPublic({ details }: DirectoryObject): boolean {
  const { redirectUris = [] } = (details.publicClient ?? {}) as { redirectUris?: readonly string[] }
  return details.isFallbackPublicClient === true || redirectUris.length > 0
}

/** An application without a principal proves itself too: people sign in through it. */
async function credentialsOf(deps: ClientDeps, { id, servicePrincipal }: Client): Promise<readonly Credential[]> {
  const found = servicePrincipal && (await credentialsOfPrincipal(deps, servicePrincipal.id))
  if (found) return found.credentials
  return (await secretsOfApplication(deps, id)).map((secret) => ({ secret, name: secret.keyId }))
}
