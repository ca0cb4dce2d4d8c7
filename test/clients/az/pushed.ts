// Images for az to look at, pushed with a credential that az itself gave.
import assert from 'node:assert/strict'
import { told } from '../command.ts'
import { type Layout, makeLayout } from '../images.ts'
import type { Profile } from './profile.ts'
import type { Stage } from './stage.ts'

/** The user name that says "this is a token", as `az acr login --expose-token` tells. */
export const tokenUser = '00000000-0000-0000-0000-000000000000'

/** What `az acr login --expose-token` gives, as `user:password`. */
export async function exposedCredential(person: Profile, registry = 'local'): Promise<string> {
  const { accessToken } = await person.az<{ accessToken: string }>('acr', 'login', '--name', registry, '--expose-token')
  return `${tokenUser}:${accessToken}`
}

export function copyImage(person: Profile, layout: Layout, target: string, credential: string) {
  const args = ['--insecure-policy', 'copy', '--all', '--quiet', '--dest-creds', credential]
  return person.other('skopeo', [...args, `oci:${layout.directory}:${layout.tag}`, `docker://${target}`])
}

/** Pushes a new image to each of the targets (`host/repository:tag`) as a person who may; answers it. */
export async function pushNew(
  stage: Stage,
  person: Profile,
  targets: readonly string[],
  { credential, bulk, platforms }: { credential?: string; bulk?: number; platforms?: string[] } = {},
): Promise<Layout> {
  const layout = await makeLayout(stage.directory, { ...(bulk && { bulk }), ...(platforms && { platforms }) })
  const secret = credential ?? (await exposedCredential(person))
  for (const target of targets) {
    const result = await copyImage(person, layout, target, secret)
    assert.equal(result.code, 0, told('skopeo', ['copy', target], result))
  }
  return layout
}

/** Whether the image may be read with a credential. */
export async function mayRead(person: Profile, image: string, credential: string): Promise<boolean> {
  const result = await person.other('skopeo', ['inspect', '--raw', '--creds', credential, `docker://${image}`])
  if (result.code !== 0) assert.match(result.stderr, /unauthorized|authentication required|denied|40[13]|invalid username/i, result.stderr)
  return result.code === 0
}
