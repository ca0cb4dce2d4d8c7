import { changeApplication, changeServicePrincipal, createServicePrincipal } from '#app/identity/applications.ts'
import { changeGroup, createGroup } from '#app/identity/groups.ts'
import { createApplication, createWholeApplication, type NewApplication } from '#app/identity/new-applications.ts'
import { shown } from '#app/identity/shown-credentials.ts'
import { changeUser, createUser } from '#app/identity/users.ts'
import type { Answer } from '#http/answer.ts'
import { createdAnswer, done } from './answers.ts'
import type { ApplicationBody } from './bodies.ts'
import { type Context, resolve } from './context.ts'
import { periodOf } from './credentials.ts'
import { itemsOf, passwordCredential } from './items.ts'
import type { GraphRequest } from './request.ts'

type Of<Kind extends GraphRequest['kind']> = Extract<GraphRequest, { kind: Kind }>

export async function makeUser(context: Context, { body }: Of<'user.create'>): Promise<Answer> {
  const { user } = await createUser(context.deps, { ...body, login: body.login ?? '', askedBy: context.caller.id })
  return createdAnswer(context, 'users', user)
}

export async function updateUser(context: Context, { key, body }: Of<'user.update'>): Promise<Answer> {
  await changeUser(context.deps, (await resolve(context, 'users', key)).id, { ...body, askedBy: context.caller.id })
  return done
}

export async function makeGroup(context: Context, { body }: Of<'group.create'>): Promise<Answer> {
  const group = await createGroup(context.deps, { ...body, displayName: body.displayName ?? '', askedBy: context.caller.id })
  return createdAnswer(context, 'groups', group)
}

export async function updateGroup(context: Context, { key, body }: Of<'group.update'>): Promise<Answer> {
  await changeGroup(context.deps, (await resolve(context, 'groups', key)).id, { ...body, askedBy: context.caller.id })
  return done
}

export async function makeApplication(context: Context, { body }: Of<'application.create'>): Promise<Answer> {
  const { whole, ...given } = { ...body, displayName: body.displayName ?? '' }
  if (whole) return makeWhole(context, given, whole)
  return createdAnswer(context, 'applications', await createApplication(context.deps, { ...given, askedBy: context.caller.id }))
}

/** Graph has a request for each part. */
async function makeWhole(
  context: Context,
  given: NewApplication,
  { secret, role }: NonNullable<ApplicationBody['whole']>,
): Promise<Answer> {
  const { deps, caller: by, tenant } = context
  const asked = { ...(secret && { secret: periodOf(secret, deps.clock.now()) }), ...(role && { role }) }
  const made = await createWholeApplication(deps, { ...given, ...asked, by })
  const [servicePrincipal] = await itemsOf(deps, tenant, [made.principal])
  return createdAnswer(context, 'applications', made.application, {
    longshore: {
      servicePrincipal,
      passwordCredential: made.secret && passwordCredential(shown(deps, made.secret.secret), made.secret.text),
      roleAssignment: made.role && { name: made.role.name, scope: made.role.scopeId, roleDefinitionId: made.role.roleId },
    },
  })
}

export async function updateApplication(context: Context, { key, body }: Of<'application.update'>): Promise<Answer> {
  await changeApplication(context.deps, (await resolve(context, 'applications', key)).id, { ...body, askedBy: context.caller.id })
  return done
}

export async function makeServicePrincipal(context: Context, { body }: Of<'principal.create'>): Promise<Answer> {
  const principal = await createServicePrincipal(context.deps, { ...body, appId: body.appId ?? '', askedBy: context.caller.id })
  return createdAnswer(context, 'servicePrincipals', principal)
}

export async function updateServicePrincipal(context: Context, { key, body }: Of<'principal.update'>): Promise<Answer> {
  await changeServicePrincipal(context.deps, (await resolve(context, 'servicePrincipals', key)).id, { ...body, askedBy: context.caller.id })
  return done
}
