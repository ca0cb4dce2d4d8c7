import { changeApplication, changeServicePrincipal, createApplication, createServicePrincipal } from '#app/identity/applications.ts'
import { changeGroup, createGroup } from '#app/identity/groups.ts'
import { changeUser, createUser } from '#app/identity/users.ts'
import type { Answer } from '#http/answer.ts'
import { createdAnswer, done } from './answers.ts'
import { type Context, resolve } from './context.ts'
import type { GraphRequest } from './request.ts'

type Of<Kind extends GraphRequest['kind']> = Extract<GraphRequest, { kind: Kind }>

export async function makeUser(context: Context, { body }: Of<'user.create'>): Promise<Answer> {
  const { user } = await createUser(context.deps, { ...body, login: body.login ?? '' })
  return createdAnswer(context, 'users', user)
}

export async function updateUser(context: Context, { key, body }: Of<'user.update'>): Promise<Answer> {
  await changeUser(context.deps, (await resolve(context, 'users', key)).id, body)
  return done
}

export async function makeGroup(context: Context, { body }: Of<'group.create'>): Promise<Answer> {
  const group = await createGroup(context.deps, { ...body, displayName: body.displayName ?? '' })
  return createdAnswer(context, 'groups', group)
}

export async function updateGroup(context: Context, { key, body }: Of<'group.update'>): Promise<Answer> {
  await changeGroup(context.deps, (await resolve(context, 'groups', key)).id, body)
  return done
}

export async function makeApplication(context: Context, { body }: Of<'application.create'>): Promise<Answer> {
  const application = await createApplication(context.deps, { ...body, displayName: body.displayName ?? '' })
  return createdAnswer(context, 'applications', application)
}

export async function updateApplication(context: Context, { key, body }: Of<'application.update'>): Promise<Answer> {
  await changeApplication(context.deps, (await resolve(context, 'applications', key)).id, body)
  return done
}

export async function makeServicePrincipal(context: Context, { body }: Of<'principal.create'>): Promise<Answer> {
  const principal = await createServicePrincipal(context.deps, { ...body, appId: body.appId ?? '' })
  return createdAnswer(context, 'servicePrincipals', principal)
}

export async function updateServicePrincipal(context: Context, { key, body }: Of<'principal.update'>): Promise<Answer> {
  await changeServicePrincipal(context.deps, (await resolve(context, 'servicePrincipals', key)).id, body)
  return done
}
