import { changeApplication, changeServicePrincipal, createApplication, createServicePrincipal } from '#app/identity/applications.ts'
import { changeGroup, createGroup } from '#app/identity/groups.ts'
import { changeUser, createUser } from '#app/identity/users.ts'
import { type Answer, type Context, done, entityAnswer, resolve } from './context.ts'
import type { GraphRequest } from './request.ts'

type Of<Kind extends GraphRequest['kind']> = Extract<GraphRequest, { kind: Kind }>
const made = { status: 201 } as const

export async function makeUser(context: Context, { body }: Of<'user.create'>): Promise<Answer> {
  const { user } = await createUser(context.deps, { ...body, login: body.login ?? '' })
  return entityAnswer(context, 'users', user, made)
}

export async function updateUser(context: Context, { key, body }: Of<'user.update'>): Promise<Answer> {
  await changeUser(context.deps, (await resolve(context, 'users', key)).id, body)
  return done
}

export async function makeGroup(context: Context, { body }: Of<'group.create'>): Promise<Answer> {
  const group = await createGroup(context.deps, { ...body, displayName: body.displayName ?? '' })
  return entityAnswer(context, 'groups', group, made)
}

export async function updateGroup(context: Context, { key, body }: Of<'group.update'>): Promise<Answer> {
  await changeGroup(context.deps, (await resolve(context, 'groups', key)).id, body)
  return done
}

export async function makeApplication(context: Context, { body }: Of<'application.create'>): Promise<Answer> {
  const application = await createApplication(context.deps, { ...body, displayName: body.displayName ?? '' })
  return entityAnswer(context, 'applications', application, made)
}

export async function updateApplication(context: Context, { key, body }: Of<'application.update'>): Promise<Answer> {
  await changeApplication(context.deps, (await resolve(context, 'applications', key)).id, body)
  return done
}

export async function makeServicePrincipal(context: Context, { body }: Of<'principal.create'>): Promise<Answer> {
  const principal = await createServicePrincipal(context.deps, { ...body, appId: body.appId ?? '' })
  return entityAnswer(context, 'servicePrincipals', principal, made)
}

export async function updateServicePrincipal(context: Context, { key, body }: Of<'principal.update'>): Promise<Answer> {
  await changeServicePrincipal(context.deps, (await resolve(context, 'servicePrincipals', key)).id, body)
  return done
}
