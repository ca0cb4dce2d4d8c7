import assert from 'node:assert/strict'
import { test } from 'node:test'
import { roomOf, sources, textOf } from './house.ts'

const of = (...rooms: string[]) => sources.filter((file) => rooms.includes(roomOf(file)) && !file.endsWith('.test.ts'))

test('a surface reaches app/ alone: none takes the store', () => {
  const takes = /\.store\b|'store'|[{,]\s*store\s*[,}]/
  assert.deepEqual(
    of('surfaces').filter((file) => takes.test(textOf(file))),
    [],
  )
})

test('a verb of app/ names the ports of the store that it uses, not the store', () => {
  const whole = /Pick<\w*Deps, [^>]*'store'|\bMetadataStore\b/
  assert.deepEqual(
    of('app').filter((file) => file !== 'app/deps.ts' && whole.test(textOf(file))),
    [],
  )
})

// What follows from a value that never changes may be kept with it: core/read-once.ts.
test('no module of app/ or of a surface keeps anything: what is kept has an object, and a rule that ends it', () => {
  const state = /^(?:export )?(?:let\b|const [^=\n]+= new (?:Weak)?(?:Map|Set)(?:<.*>)?\(\))/m
  assert.deepEqual(
    of('app', 'surfaces').filter((file) => state.test(textOf(file))),
    [],
  )
})

// Each text of a statement is prepared once and kept: `among` and `listed` take a list of any length as one value.
test('no statement of the store has another text for each length of a list', () => {
  const spelled = /\bIN \(\$\{|\.map\(\(\) => '\?'\)|\.fill\('\?'\)/
  assert.deepEqual(
    of('store', 'adapters').filter((file) => spelled.test(textOf(file))),
    [],
  )
})
