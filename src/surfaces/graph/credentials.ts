import { addClientSecret, type ApplicationKind, removeClientSecret } from '#app/identity/applications.ts'
import { type Answer, type Context, done, kindOf, resolve } from './context.ts'
import { passwordCredential } from './items.ts'
import type { GraphRequest } from './request.ts'

type Of<Kind extends GraphRequest['kind']> = Extract<GraphRequest, { kind: Kind }>

/** How long a secret is good when nothing is said, as in Graph. */
const years = 2

/** The one answer that has a secret's text. */
export async function addPassword(context: Context, { collection, key, body }: Of<'password.add'>): Promise<Answer> {
  const { deps, base } = context
  const object = await resolve(context, collection, key)
  const { name, startsAt = deps.clock.now() } = body
  const { endsAt = new Date(startsAt).setUTCFullYear(new Date(startsAt).getUTCFullYear() + years) } = body
  const { text, secret } = await addClientSecret(deps, object.kind as ApplicationKind, object.id, { name, startsAt, endsAt })
  return {
    status: 200,
    body: { '@odata.context': `${base}/$metadata#microsoft.graph.passwordCredential`, ...passwordCredential(secret, text) },
  }
}

export async function removePassword(context: Context, { collection, key, keyId }: Of<'password.remove'>): Promise<Answer> {
  const object = await resolve(context, collection, key)
  await removeClientSecret(context.deps, kindOf[collection] as ApplicationKind, object.id, keyId)
  return done
}
