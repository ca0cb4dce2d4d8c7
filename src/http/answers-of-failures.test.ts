import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RegistryError } from '#core/registry-error.ts'
import type { Socket } from 'node:net'
import { BodyTooLarge } from './body.ts'
import { answerOrigin, preflightHeaders } from './cors.ts'
import { answerOfFailure, type FailingAnswer } from './failure.ts'
import { readForwarded } from './forwarded.ts'
import { BodyRefused, parseJson, readJson } from './json-body.ts'
import { queueKey } from './kernel-queue.ts'
import { noRequestStatus } from './no-request.ts'
import { Unreadable } from './unreadable.ts'

test('each status owes its reader something, and a question for the options is the one that fails well', () => {
  const failing: FailingAnswer = {
    status: 400,
    headers: [
      ['Content-Type', 'x'],
      ['A', 'b'],
    ],
    body: 'told',
  }
  const common = [['C', 'd']] as const
  const headersOf = (
    status: number,
    failure: RegistryError,
    { method = 'GET', allowed }: { method?: string; allowed?: readonly string[] } = {},
  ) => {
    const answer = answerOfFailure({ method }, common, { ...failing, status, allowed }, failure)
    return [answer.status, answer.body, Object.fromEntries((answer.headers ?? []).slice(1).filter(([name]) => name !== 'A'))]
  }
  const plain = new RegistryError('conflict', 'x')
  const wrongMethod = new RegistryError('method-unsupported', 'x', { allowed: ['GET', 'PUT'] })
  const type = { 'Content-Type': 'x' }
  assert.deepEqual(headersOf(400, plain), [400, 'told', type])
  assert.deepEqual(headersOf(405, plain), [405, 'told', { ...type, Allow: '' }])
  assert.deepEqual(headersOf(405, wrongMethod), [405, 'told', { ...type, Allow: 'GET, PUT' }])
  assert.deepEqual(headersOf(405, wrongMethod, { allowed: ['HEAD'] }), [405, 'told', { ...type, Allow: 'HEAD' }])
  assert.deepEqual(headersOf(405, new RegistryError('locked', 'x', { allowed: ['GET'] })), [405, 'told', { ...type, Allow: '' }])
  assert.deepEqual(headersOf(405, wrongMethod, { method: 'OPTIONS' }), [204, undefined, { Allow: 'GET, PUT, OPTIONS' }])
  assert.deepEqual(headersOf(400, plain, { method: 'OPTIONS' }), [400, 'told', type])
  const retry = (failure: 'too-many-requests' | 'overloaded', retryAfter?: number) =>
    new RegistryError(failure, 'x', retryAfter === undefined ? {} : { retryAfter })
  assert.deepEqual(headersOf(429, retry('too-many-requests')), [429, 'told', { ...type, 'Retry-After': 1 }])
  assert.deepEqual(headersOf(429, retry('too-many-requests', 7)), [429, 'told', { ...type, 'Retry-After': 7 }])
  assert.deepEqual(headersOf(503, retry('overloaded')), [503, 'told', { ...type, 'Retry-After': 5 }])
  assert.deepEqual(headersOf(503, retry('overloaded', 9)), [503, 'told', { ...type, 'Retry-After': 9 }])
  assert.deepEqual(headersOf(415, plain), [415, 'told', { ...type, 'Accept-Encoding': 'identity' }])
  assert.deepEqual(headersOf(416, new RegistryError('range-unsatisfiable', 'x', { size: 9 })), [
    416,
    'told',
    { ...type, 'Content-Range': 'bytes */9' },
  ])
})

test('what those who passed a request on say is believed as far as they are trusted', () => {
  const proxies = { has: (address: string) => ['10.0.0.1', '10.0.0.2'].includes(address) } as never
  const read = (headers: Record<string, string | string[]>, peer = '10.0.0.1') => readForwarded(headers as never, peer, proxies)
  assert.deepEqual(read({ 'x-forwarded-for': '1.2.3.4', 'x-forwarded-host': 'h' }, '9.9.9.9'), { isProxied: false, address: '9.9.9.9' })
  assert.deepEqual(read({}), { isProxied: true, address: '10.0.0.1', host: undefined, scheme: undefined })
  const both = { 'x-forwarded-host': 'far, near', 'x-forwarded-proto': 'HTTPS, http' }
  assert.deepEqual(read({ 'x-forwarded-for': '1.2.3.4', ...both }), { isProxied: true, address: '1.2.3.4', host: 'near', scheme: 'http' })
  assert.deepEqual(read({ 'x-forwarded-for': '6.6.6.6, 1.2.3.4 , ,10.0.0.2', ...both }), {
    isProxied: true,
    address: '1.2.3.4',
    host: 'far',
    scheme: 'https',
  })
  assert.deepEqual(
    read({ 'x-forwarded-for': ['1.2.3.4', '10.0.0.2'], 'x-forwarded-host': 'one' }).host,
    'one',
    'who wrote it once wrote it for all',
  )
  assert.equal(read({ 'x-forwarded-for': '1.2.3.4', 'x-forwarded-proto': 'ftp' }).scheme, undefined)
})

test('a page of another origin hears what its browser asks, where the origin is named', () => {
  const asked = (headers: Record<string, string>, { method = 'GET', allowed = ['https://a'] } = {}) => {
    const exchange = { method, header: (name: string) => headers[name], moreHeaders: [] as (readonly [string, string])[] }
    return [answerOrigin(exchange as never, new Set(allowed)), Object.fromEntries(exchange.moreHeaders)] as const
  }
  const origin = 'https://a'
  const preflight = { origin, 'access-control-request-method': 'PUT' }
  assert.deepEqual(asked({}), [undefined, { Vary: 'Origin' }])
  assert.deepEqual(asked({ origin }, { allowed: [] }), [undefined, {}])
  assert.deepEqual(asked({ origin: 'https://b' }), [undefined, { Vary: 'Origin' }])
  const [answer, headers] = asked({ origin })
  assert.deepEqual(
    [answer, headers['Access-Control-Allow-Origin'], headers['Access-Control-Expose-Headers']?.includes('Link')],
    [undefined, origin, true],
  )
  assert.deepEqual(asked(preflight, { method: 'OPTIONS' }), ['preflight', { Vary: 'Origin', 'Access-Control-Allow-Origin': origin }])
  assert.deepEqual(asked({ ...preflight, origin: 'https://b' }, { method: 'OPTIONS' })[0], 'refused')
  assert.deepEqual(asked({ origin }, { method: 'OPTIONS' })[0], undefined)
  assert.deepEqual(asked({ 'access-control-request-method': 'PUT' }, { method: 'OPTIONS' })[0], undefined)
  const told = Object.fromEntries(preflightHeaders({ header: () => `A, b c,,${'x'.repeat(81)}, D` } as never))
  assert.deepEqual([told['Access-Control-Allow-Headers'], told['Access-Control-Max-Age']], ['A, D', 600])
  const many = Object.fromEntries(preflightHeaders({ header: () => Array(60).fill('a').join(',') } as never))
  assert.equal(String(many['Access-Control-Allow-Headers']).split(', ').length, 50)
})

test('a JSON body: none, too large, or not JSON as it should be', async () => {
  assert.deepEqual([parseJson(Buffer.from('')), parseJson(Buffer.from('{"a":1}'))], [undefined, { a: 1 }])
  assert.throws(
    () => parseJson(Buffer.from('{"a":1,"a":2}')),
    (error) => error instanceof BodyRefused && error.reason === 'not-json',
  )
  const body = (error: Error) => readJson({ body: () => Promise.reject(error) }, 5)
  await assert.rejects(
    body(new BodyTooLarge(5)),
    (error) => error instanceof BodyRefused && error.reason === 'too-large' && error.message.includes('5 bytes'),
  )
  const other = new Error('other')
  await assert.rejects(body(other), other)
  const deep = (levels: number) => Buffer.from('['.repeat(levels) + ']'.repeat(levels))
  parseJson(deep(48))
  assert.throws(() => parseJson(deep(50)), BodyRefused)
})

test('what the parser stumbled over, as a status', () => {
  const status = (code: string, packet?: string) =>
    noRequestStatus(Object.assign(new Error('x'), { code, ...(packet === undefined ? {} : { rawPacket: Buffer.from(packet, 'latin1') }) }))
  assert.deepEqual(
    [status('ERR_HTTP_REQUEST_TIMEOUT'), status('HPE_CHUNK_EXTENSIONS_OVERFLOW'), status('HPE_INVALID_METHOD'), status('other')],
    [408, 413, 501, 400],
  )
  assert.deepEqual(
    [
      status('HPE_HEADER_OVERFLOW'),
      status('HPE_HEADER_OVERFLOW', 'GET /x HTTP/1.1\r\nA: b'),
      status('HPE_HEADER_OVERFLOW', 'GET /xxx'),
      status('HPE_HEADER_OVERFLOW', 'xyz'),
    ],
    [431, 431, 414, 431],
  )
  assert.deepEqual(
    [
      status('x', 'PRI * HTTP/2.0\r\n'),
      status('x', 'GET / HTTP/2.0\r\n'),
      status('x', 'GET / HTTP/1.1\r\n'),
      status('x', 'GET / HTTP/0.9\r\n'),
    ],
    [505, 505, 400, 505],
  )
})

test('into an answer nothing is written; one to a good request comes first', () => {
  interface Response {
    closed: boolean
    headersSent: boolean
    onClose?: () => void
  }
  const faced = (responses: readonly Partial<Response>[], { complete = false, code = 'x', writable = true } = {}) => {
    const said: string[] = []
    const socket = {
      writable,
      destroy: () => said.push('destroyed'),
      end: (text?: string) => said.push(text === undefined ? 'ended' : text.slice(9, 12)),
    } as unknown as Socket
    const unreadable = new Unreadable({ handle: () => {}, badRequest: () => '{}' })
    const all = responses.map((each): Response & { once: (_: string, then: () => void) => void } => {
      const response = {
        closed: false,
        headersSent: false,
        ...each,
        once: (_: string, then: () => void) => void (response.onClose = then),
      } as Response & { once: (_: string, then: () => void) => void }
      return response
    })
    for (const response of all) unreadable.handle({ socket, complete } as never, response as never)
    unreadable.onFault(Object.assign(new Error('x'), { code }), socket)
    return { said, all }
  }
  assert.deepEqual(faced([]).said, ['400'])
  assert.deepEqual(faced([{ closed: true }]).said, ['400'])
  for (const options of [{ code: 'ECONNRESET' }, { writable: false }]) assert.deepEqual(faced([], options).said, ['destroyed'])
  const good = faced([{}], { complete: true })
  assert.deepEqual(good.said, [])
  good.all[0]?.onClose?.()
  assert.deepEqual(good.said, ['400'])
  assert.deepEqual(faced([{}, {}]).said, ['destroyed'])
  assert.deepEqual(faced([{ headersSent: true }]).said, ['ended'])
  assert.deepEqual(faced([{ headersSent: false }]).said, ['400'])
  assert.deepEqual(faced([{ closed: true }, { headersSent: true }]).said, ['ended'])
})

test('a connection’s name in the tables of the kernel', () => {
  const key = (remoteAddress: string) => queueKey({ localPort: 5000, remotePort: 65535, remoteAddress } as Socket)
  assert.deepEqual([key('127.0.0.1'), key('::1')], ['1388 0100007F:FFFF', '1388 00000000000000000000000001000000:FFFF'])
})
