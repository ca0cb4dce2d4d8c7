import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readShape } from './read-shape.ts'
import { integer, name, object, text } from './shape.ts'

const shape = object({ count: integer(2, 4), free: text(), short: text(3), called: name(3) }, [])
const read = (body: object) => readShape(shape, body as never, ({ kind, path }) => new Error(`${kind} ${path}`))

for (const body of [
  { count: 2 },
  { count: 4 },
  { free: 'x'.repeat(5000) },
  { free: '' },
  { short: '' },
  { short: 'abc' },
  { called: 'a' },
  { called: 'abc' },
])
  test(`${JSON.stringify(body).slice(0, 40)} is as its shape says`, () => assert.deepEqual(read(body), body))

for (const body of [{ count: 1 }, { count: 5 }, { count: 2.5 }, { short: 'abcd' }, { called: '' }, { called: 'abcd' }])
  test(`${JSON.stringify(body)} is refused for its value`, () =>
    assert.throws(() => read(body), { message: `value ${Object.keys(body)[0]}` }))
