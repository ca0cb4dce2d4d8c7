import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { type ControlCode, controlError, controlFailures } from '#core/control-error.ts'
import { failures } from '#core/registry-error.ts'
import { wire } from '#surfaces/arm/errors.ts'

/** The rows of the control plane's table in docs/errors.md: the statuses of each code. */
function documented(): Map<string, string> {
  const [, onwards = ''] = readFileSync('docs/errors.md', 'utf8').split('\n## At the control plane\n')
  const [section = ''] = onwards.split('\n## ')
  const rows = [...section.matchAll(/^\| `(\w+)` \| ([\d, ]+) \| (.+) \| (.+) \|$/gm)]
  for (const [, code = '', , when = '', remedy = ''] of rows)
    assert.ok(when.length > 10 && remedy.length > 5, `${code}: when it happens and what to do`)
  assert.deepEqual(
    rows.map(([, code]) => code),
    rows.map(([, code]) => code).sort(),
    'in the order of the alphabet, each once',
  )
  return new Map(rows.map(([, code = '', statuses = '']) => [code, statuses]))
}

test("docs/errors.md lists each code of ARM's wire once, with the statuses that it comes with", () => {
  const statuses = new Map<string, Set<number>>()
  const note = (code: string, status: number) => statuses.set(code, (statuses.get(code) ?? new Set()).add(status))
  for (const [code, { failure }] of Object.entries(controlFailures)) note(code, wire[failure][0])
  for (const failure of failures) note(wire[failure][1], wire[failure][0])
  const expected = [...statuses].map(([code, each]) => [code, [...each].sort().join(', ')] as const)
  assert.deepEqual(documented(), new Map(expected.sort()))
})

test('what a failure is about is its target, whether the code or the call says so', () => {
  assert.equal(controlError('LocationRequired').detail.target, 'location')
  assert.equal(controlError('InvalidResourceProperties', { sentence: 'No.', target: 'expiry' }).detail.target, 'expiry')
  assert.equal(controlError('ResourceGroupNotFound', 'rg').detail.target, undefined)
})

test('a code that is not in the table does not compile, and neither does a code in the detail', () => {
  // @ts-expect-error no such code
  assert.throws(() => controlError('NoSuchCode'))
  // @ts-expect-error its words need the etag
  controlError('PreconditionFailed')
  const code: ControlCode = 'PreconditionFailed'
  assert.equal(controlError(code, 'e1').failure, 'precondition-failed')
})
