import type { GraphApplication, GraphClient, GraphServicePrincipal, NewPassword } from '#client/graph.ts'

/** A secret that is good for some years, or the PEM of a certificate, which is good for as long as it says. */
export type NewCredential = { years: number } | { certificate: string }

/** What has credentials of its own: an application, or the service principal of one that is not here. */
export type Owner = { collection: 'applications' | 'servicePrincipals' } & Pick<
  GraphApplication,
  'id' | 'passwordCredentials' | 'keyCredentials'
>

/** Those whose credentials a service principal signs in with; new ones go to the first. */
export async function ownersOf(graph: GraphClient, principal: GraphServicePrincipal): Promise<[Owner, ...Owner[]]> {
  const application = await graph.applicationOf(principal.appId)
  const own: Owner = { collection: 'servicePrincipals', ...principal }
  return application ? [{ collection: 'applications', ...application }, own] : [own]
}

/** The secret's text, which is told this once; null for a certificate. */
export async function addCredential(
  graph: GraphClient,
  { collection, id, keyCredentials }: Owner,
  credential: NewCredential,
  now: number,
): Promise<string | null> {
  const asked = askedOf(credential, now)
  if (!('key' in asked)) return (await graph.addPassword(collection, id, asked)).secretText
  await graph.replaceCertificates(collection, id, [...keyCredentials.map(({ keyId }) => ({ keyId })), asked])
  return null
}

/** As Graph is asked for it; a secret has the name that az gives one. */
export function askedOf(credential: NewCredential, now: number): NewPassword | { key: string } {
  if ('certificate' in credential) return { key: Buffer.from(credential.certificate).toString('base64') }
  const endsAt = new Date(now).setUTCFullYear(new Date(now).getUTCFullYear() + credential.years)
  return { displayName: 'rbac', startDateTime: new Date(now).toISOString(), endDateTime: new Date(endsAt).toISOString() }
}

/** Ends the credentials that the owners had when they were read. */
export async function endCredentials(graph: GraphClient, owners: readonly Owner[]): Promise<void> {
  for (const { collection, id, passwordCredentials, keyCredentials } of owners) {
    for (const { keyId } of passwordCredentials) await graph.removePassword(collection, id, keyId)
    if (keyCredentials.length > 0) await endCertificates(graph, { collection, id }, new Set(keyCredentials.map(({ keyId }) => keyId)))
  }
}

async function endCertificates(graph: GraphClient, { collection, id }: Pick<Owner, 'collection' | 'id'>, ending: ReadonlySet<string>) {
  const { keyCredentials } = collection === 'applications' ? await graph.application(id) : await graph.servicePrincipal(id)
  await graph.replaceCertificates(
    collection,
    id,
    keyCredentials.flatMap(({ keyId }) => (ending.has(keyId) ? [] : [{ keyId }])),
  )
}
