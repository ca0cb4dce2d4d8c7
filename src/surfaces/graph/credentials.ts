import { addClientSecret, type ApplicationKind, removeClientSecret } from '#app/identity/applications.ts'
import type { Answer } from '#http/answer.ts'
import { shown } from '#app/identity/shown-credentials.ts'
import { done, odata } from './answers.ts'
import { type Context, kindOf, resolve } from './context.ts'
import { passwordCredential } from './items.ts'
import type { GraphRequest } from './request.ts'

type Of<Kind extends GraphRequest['kind']> = Extract<GraphRequest, { kind: Kind }>

/** How long a secret is good when nothing is said, as in Graph. */
const years = 2

/** The one answer that has a secret's text. */
export async function addPassword(context: Context, { collection, key, body }: Of<'password.add'>): Promise<Answer> {
  const { deps } = context
  const object = await resolve(context, collection, key)
  const { name, startsAt = deps.clock.now() } = body
  const { endsAt = new Date(startsAt).setUTCFullYear(new Date(startsAt).getUTCFullYear() + years) } = body
  const { text, secret } = await addClientSecret(deps, object.kind as ApplicationKind, object.id, { name, startsAt, endsAt })
  return odata(context, 'microsoft.graph.passwordCredential', passwordCredential(shown(deps, secret), text))
}

export async function removePassword(context: Context, { collection, key, keyId }: Of<'password.remove'>): Promise<Answer> {
  const object = await resolve(context, collection, key)
  await removeClientSecret(context.deps, kindOf[collection] as ApplicationKind, object.id, keyId)
  return done
}
