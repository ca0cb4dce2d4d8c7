// What az does with tokens, asked for as the operator of the data folder.
import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { dirname, join } from 'node:path'
import { ArmClient, type TokenSlot } from '#client/arm.ts'
import { socketTransport } from '#client/socket.ts'
import { send } from '../clients/wire.ts'
import type { Registry } from './registry.ts'

const version = '?api-version=2026-09-01-preview'

export async function armOf({ caFile, endpoint, host }: Registry) {
  // The authority lies in the data folder, two folders deep.
  const transport = socketTransport(join(dirname(dirname(caFile)), 'control.sock'))
  const arm = new ArmClient({ send: transport, pause: (milliseconds) => pause(milliseconds) })
  const [registry] = await Array.fromAsync(arm.registries())
  assert.ok(registry)
  const ask = async (method: string, path: string, body?: object) => {
    const headers = { 'content-type': 'application/json' }
    const sent = body === undefined ? {} : { body: JSON.stringify(body) }
    const answer = await transport({ method, path: `${registry.id}/${path}${version}`, headers, ...sent })
    assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${answer.body}`)
  }
  return {
    putScopeMap: (name: string, actions: readonly string[]) => ask('PUT', `scopeMaps/${name}`, { properties: { actions } }),
    setToken: (name: string, properties: { status: 'enabled' | 'disabled' }) => ask('PATCH', `tokens/${name}`, { properties }),
    deleteToken: (name: string) => ask('DELETE', `tokens/${name}`),
    generate: async (name: string, slot: TokenSlot, expiry: number) => {
      const asked = { tokenId: `${registry.id}/tokens/${name}`, name: slot, expiry: new Date(expiry).toISOString() }
      return (await arm.generateCredentials(registry.id, asked)).passwords[0]?.value ?? assert.fail()
    },
    /** Sees that the password is good, and waits for the moment from which on it is none. */
    untilEnded: async (user: string, password: string) => {
      const path = `/oauth2/token?${new URLSearchParams({ service: host, scope: 'repository:shop/web:pull' })}`
      const isGood = async () => (await send(endpoint, 'GET', path, { credential: { user, password } })).status === 200
      assert.ok(await isGood(), 'it was never good')
      for (let tries = 0; await isGood(); await pause(200)) assert.ok(++tries < 100, 'the password has not ended')
    },
  }
}
