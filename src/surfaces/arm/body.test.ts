import assert from 'node:assert/strict'
import { test } from 'node:test'
import { misfitInWords } from './body.ts'

for (const [misfit, code, target, words] of [
  [{ kind: 'unavailable', path: 'a.b', why: 'x' }, undefined, 'a.b', /'a\.b' is not available .*: x/],
  [{ kind: 'value', path: 'a.b', why: 'x' }, 'InvalidResourceProperties', 'a.b', /^The value of property 'a\.b' is invalid: x\.$/],
  [{ kind: 'form', path: 'a.b', why: 'x' }, 'InvalidRequestContent', 'a.b', /property 'a\.b': x\.$/],
  [{ kind: 'form', path: '', why: 'x' }, 'InvalidRequestContent', '$', /property '\$': x\.$/],
] as const)
  test(`a body that is wrong (${misfit.kind}, "${misfit.path}")`, () => {
    const { code: told, message, detail } = misfitInWords(misfit as Parameters<typeof misfitInWords>[0])
    if (code !== undefined) assert.equal(told, code)
    assert.equal((detail as { target?: string }).target, target)
    assert.match(message, words)
  })
