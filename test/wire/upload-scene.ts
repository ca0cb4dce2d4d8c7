import assert from 'node:assert/strict'
import { digestOf } from '../world/content.ts'
import { type Answer, header, send, type Target } from '../world/send.ts'

/** The end of an upload session, and what is to be seen of it. */
export const uploadsAt = (server: () => Target) => ({
  finish: (session: string, bytes: Uint8Array, body: Uint8Array = Buffer.alloc(0), headers: Record<string, string> = {}): Promise<Answer> =>
    send(server(), 'PUT', `${session}?digest=${digestOf(bytes)}`, { body, headers }),

  statusOf: async (session: string): Promise<string> => {
    const answer = await send(server(), 'GET', session)
    return `${answer.status} ${header(answer, 'range')}`
  },

  assertStored: async (bytes: Buffer, repository = 'up'): Promise<void> => {
    const answer = await send(server(), 'GET', `/v2/${repository}/blobs/${digestOf(bytes)}`)
    assert.equal(answer.status, 200)
    assert.ok(answer.body.equals(bytes))
  },
})
