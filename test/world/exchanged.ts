import { azureCli, succeeded } from './plane.ts'
import { json, send, type Target } from './send.ts'

type WithOwner = Target & { started: { unshownPasswords: { owner: { login: string; password: string } | undefined } | undefined } }

/** A refresh token of the first registry, as `az acr login` gets one: for the owner of a server that has just been made. */
export async function exchanged(server: WithOwner): Promise<string> {
  const post = async (path: string, fields: Record<string, string>) =>
    json<Record<string, string>>(
      succeeded(
        await send(server, 'POST', path, {
          as: 'nobody',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: new URLSearchParams(fields).toString(),
        }),
        200,
      ),
    )
  const { login = '', password = '' } = server.started.unshownPasswords?.owner ?? {}
  const asked = { grant_type: 'password', client_id: azureCli, username: login, password }
  const { access_token: token = '' } = await post('/adfs/oauth2/token', { ...asked, resource: 'https://management.azure.com' })
  const { refresh_token: refresh = '' } = await post('/oauth2/exchange', { grant_type: 'access_token', access_token: token })
  return refresh
}
