import { addClientSecret, type ApplicationKind, removeClientSecret } from '#app/identity/applications.ts'
import type { Validity } from '#app/identity/new-secrets.ts'
import type { Answer } from '#http/answer.ts'
import { shown } from '#app/identity/shown-credentials.ts'
import { done, odata } from './answers.ts'
import type { NewPassword } from './bodies.ts'
import { type Context, kindOf, resolve } from './context.ts'
import { passwordCredential } from './items.ts'
import type { GraphRequest } from './request.ts'

type Of<Kind extends GraphRequest['kind']> = Extract<GraphRequest, { kind: Kind }>

/** How long a secret is good when nothing is said, as in Graph. */
const years = 2

export function periodOf({ name, startsAt, endsAt }: NewPassword, now: number): Validity & { name: string | null } {
  const from = startsAt ?? now
  return { name, startsAt: from, endsAt: endsAt ?? new Date(from).setUTCFullYear(new Date(from).getUTCFullYear() + years) }
}

/** An answer that has a secret's text; the other is of an application that is made with one. */
export async function addPassword(context: Context, { collection, key, body }: Of<'password.add'>): Promise<Answer> {
  const { deps } = context
  const object = await resolve(context, collection, key)
  const asked = { ...periodOf(body, deps.clock.now()), askedBy: context.caller.id }
  const { text, secret } = await addClientSecret(deps, object.kind as ApplicationKind, object.id, asked)
  return odata(context, 'microsoft.graph.passwordCredential', passwordCredential(shown(deps, secret), text))
}

export async function removePassword(context: Context, { collection, key, keyId }: Of<'password.remove'>): Promise<Answer> {
  const object = await resolve(context, collection, key)
  await removeClientSecret(context.deps, kindOf[collection] as ApplicationKind, object.id, { keyId, askedBy: context.caller.id })
  return done
}
