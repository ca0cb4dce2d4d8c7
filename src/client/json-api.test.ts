import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiFailure, JsonApi } from './json-api.ts'
import type { TransportAnswer, TransportRequest } from './transport.ts'

/** An API over answers that were thought of before; what was asked is kept. */
function scripted(...answers: Partial<TransportAnswer>[]) {
  const asked: string[] = []
  const waited: number[] = []
  const send = async ({ method, path }: TransportRequest): Promise<TransportAnswer> => {
    asked.push(`${method} ${path}`)
    return { status: 200, headers: {}, body: '', ...answers.shift() }
  }
  const pause = async (milliseconds: number) => void waited.push(milliseconds)
  return { api: new JsonApi({ send, pause }, { 'api-version': '1' }), asked, waited }
}
const body = (value: unknown) => JSON.stringify(value)

test('a list is read page by page, each when it is wanted, wherever its link points', async () => {
  const pages = [
    { body: body({ value: [1, 2], nextLink: 'https://elsewhere.example/list?api-version=1&$skipToken=a' }) },
    { body: body({ value: [], '@odata.nextLink': '/list?b' }) },
    { body: body({ value: [3] }) },
  ]
  const { api, asked } = scripted(...pages)
  const items = api.pages<number>('/list', { query: { $top: '2', $filter: undefined } })
  assert.deepEqual([(await items.next()).value, (await items.next()).value], [1, 2])
  assert.deepEqual(asked, ['GET /list?api-version=1&%24top=2'])
  assert.deepEqual(await Array.fromAsync(items), [3])
  assert.deepEqual(asked.slice(1), ['GET /list?api-version=1&$skipToken=a', 'GET /list?b'])
})

test('a refusal has the code, the sentence and the target of the answer', async () => {
  const told = { error: { code: 'AlreadyInUse', message: 'The name is taken.', target: 'name' } }
  const { api } = scripted({ status: 409, body: body(told) }, { status: 502, body: '<html>' }, { status: 404, body: body(told) })
  await assert.rejects(api.put('/a', { body: {} }), { name: 'ApiFailure', status: 409, ...told.error })
  await assert.rejects(api.get('/a'), { status: 502, code: '', message: 'the server answered 502' })
  assert.equal(await api.find('/a'), undefined)
})

test('work that goes on is looked at until it has ended, as often as the server says', async () => {
  const running = { status: 202, headers: { location: 'https://here/result', 'retry-after': '7' } }
  const located = scripted(running, running, { body: body({ done: true }) })
  assert.deepEqual(await located.api.delete('/a'), { done: true })
  assert.deepEqual(
    [located.waited, located.asked.slice(1)],
    [
      [7000, 7000],
      ['GET /result', 'GET /result'],
    ],
  )

  const begun = { status: 201, headers: { 'azure-asyncoperation': '/operation', 'retry-after': '0' }, body: body({ id: 1 }) }
  const monitored = scripted(begun, { body: body({ status: 'InProgress' }) }, { body: body({ status: 'Succeeded' }) })
  assert.deepEqual(await monitored.api.put('/a', { body: {} }), { id: 1 })
  assert.deepEqual(monitored.waited, [0, 1000])

  const failed = scripted(begun, { body: body({ status: 'Failed', error: { code: 'Broken', message: 'It broke.' } }) })
  await assert.rejects(failed.api.put('/a', { body: {} }), (error) => error instanceof ApiFailure && error.code === 'Broken')
})
