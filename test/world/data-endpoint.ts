import assert from 'node:assert/strict'
import { digestOf, pushBlob, someBytes } from './content.ts'
import type { DoorOptions } from './door.ts'
import { openPlane, type Plane, succeeded } from './plane.ts'
import { type Answer, header, send, type SendOptions } from './send.ts'

export const bytes = someBytes(100_000)
export const digest = digestOf(bytes)
export const blobPath = (of = digest, repository = 'team/app') => `/v2/${repository}/blobs/${of}`

/** The registry `local` with a data endpoint, and `bytes` in `team/app`. */
export interface DataScene extends Plane {
  /** ARM's id of `local`. */
  local: string
  /** PATCHes the properties of `local`. */
  change(properties: object): Promise<void>
  linkOf(path?: string): Promise<URL>
  /** Asks as whoever has the link: with no name and no password. */
  follow(link: URL, options?: SendOptions & { method?: string }): Promise<Answer>
}

export async function openData(options?: DoorOptions): Promise<DataScene> {
  const plane = await openPlane(options)
  const { door } = plane
  const local = `${plane.subscription}/resourceGroups/local/providers/Microsoft.ContainerRegistry/registries/local`
  const scene: DataScene = {
    ...plane,
    local,
    change: async (properties) => {
      succeeded(await plane.arm('PATCH', local, { body: { properties } }), 200)
    },
    linkOf: async (path = blobPath()) => {
      const answer = await send(door, 'GET', path)
      assert.equal(answer.status, 307, answer.body.toString())
      return new URL(header(answer, 'location'))
    },
    follow: (link, { headers, method = 'GET' } = {}) =>
      send(door, method, link.pathname + link.search, { as: 'nobody', headers: { host: link.host, ...headers } }),
  }
  await scene.change({ dataEndpointEnabled: true })
  await pushBlob(door, 'team/app', bytes)
  return scene
}

/** An error of Azure's storage. */
export function isError(answer: Answer, status: number, code: string): void {
  const text = answer.body.toString()
  assert.equal(answer.status, status, text)
  assert.deepEqual([header(answer, 'content-type'), header(answer, 'x-ms-error-code')], ['application/xml', code])
  const requestId = header(answer, 'x-ms-request-id')
  assert.match(requestId, /^[0-9a-f-]{36}$/)
  const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z`
  const xml = String.raw`^<\?xml version="1.0" encoding="utf-8"\?><Error><Code>${code}</Code><Message>[^<]+\nRequestId:${requestId}\nTime:${time}</Message></Error>$`
  assert.match(text, new RegExp(xml))
}
