import { fileURLToPath } from 'node:url'
import { run } from '../processes.ts'
import type { Server } from '../servers/server.ts'
import { directoryToken } from './arm.ts'

const program = fileURLToPath(new URL('../../bin/longshore.js', import.meta.url))
const azureCli = '04b07795-8ddb-461a-bbee-02f9e1bf7b46'

/** Runs a command of ours beside a server; it does not outlive us. */
export const commandOf =
  ({ folder }: Pick<Server, 'folder'>, environment: Readonly<Record<string, string>> = {}) =>
  async (...args: string[]): Promise<string> => {
    const env = { ...process.env, ...environment, LONGSHORE_DATA_DIR: `${folder}/data` }
    return (await run(process.execPath, [program, ...args], { env })).stdout
  }

/** A token of the owner of everything. */
export async function ownerOf(server: Server): Promise<string> {
  const shown = await commandOf(server)('identity', 'user', 'reset-password', 'owner', '--output', 'json')
  const { userPrincipalName: username, password } = JSON.parse(shown) as { userPrincipalName: string; password: string }
  return directoryToken(server, { grant_type: 'password', client_id: azureCli, username, password })
}
