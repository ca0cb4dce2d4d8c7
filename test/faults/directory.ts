// kill -9 while a service principal is made: its application, the principal, its secret and its role are all there, or none of them.
import assert from 'node:assert/strict'
import type { FailpointName } from '#ports/failpoint.ts'
import { runCli } from '../world/cli-run.ts'
import { checkStored } from './check.ts'
import { launch } from './server.ts'
import { storedIn } from './stored.ts'
import type { World } from './world.ts'

type DirectoryPoint = Extract<FailpointName, `directory.${string}`>

export const isOfDirectory = (name: FailpointName): name is DirectoryPoint => name.startsWith('directory.')

export async function killDirectory(name: DirectoryPoint, { dataDir }: World): Promise<void> {
  const create = (principal: string) =>
    runCli(['identity', 'sp', 'create', '--name', principal, '--role', 'Reader'], { LONGSHORE_DATA_DIR: dataDir, LONGSHORE_HTTPS: 'off' })
  const before = await rowsOf(dataDir)
  const dying = await launch(dataDir, { FAILPOINT: `${name}=kill:2` })
  const whole = await create('whole')
  assert.equal(whole.code, 0, whole.problem)
  assert.notEqual((await create('half')).code, 0)
  assert.equal(await dying.ended, 'SIGKILL', `the server did not die at ${name}`)
  const { objects, secrets, roles } = before
  assert.deepEqual(await rowsOf(dataDir), { objects: objects + 2, secrets: secrets + 1, roles: roles + 1 })
  const again = await create('half')
  assert.equal(again.code, 0, again.problem)
  assert.deepEqual(await rowsOf(dataDir), { objects: objects + 4, secrets: secrets + 2, roles: roles + 2 })
  await checkStored(dataDir)
}

async function rowsOf(dataDir: string): Promise<{ objects: number; secrets: number; roles: number }> {
  const { rows } = storedIn(dataDir)
  const count = async (table: string) => Number((await rows(`SELECT COUNT(*) AS count FROM ${table}`))[0]?.count)
  return { objects: await count('directory_object'), secrets: await count('directory_secret'), roles: await count('role_assignment') }
}
