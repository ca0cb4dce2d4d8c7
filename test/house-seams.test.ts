import assert from 'node:assert/strict'
import { test } from 'node:test'
import { closetOf, roomOf, sources, textOf } from './house.ts'

const isTest = (file: string): boolean => file.endsWith('.test.ts')

/** Surfaces that still ask the store themselves. The list only gets shorter. */
const onTheirWay: string[] = []

test('a surface reaches app/ alone: none takes the store', () => {
  const takes = sources.filter(
    (file) => roomOf(file) === 'surfaces' && !isTest(file) && /\.store\b|'store'|[{,]\s*store\s*[,}]/.test(textOf(file)),
  )
  assert.deepEqual([...new Set(takes.map(closetOf))].sort(), onTheirWay)
})

/** Modules of app/ that still keep something between two calls. The list only gets shorter. */
const keeping = ['app/distribution/blobs.ts', 'app/distribution/disk-floor.ts']

// What follows from a value that never changes may be kept with it: core/read-once.ts.
test('no module of app/ or of a surface keeps anything: what is kept has an object, and a rule that ends it', () => {
  const state = /^(?:export )?(?:let\b|const [^=\n]+= new (?:Weak)?(?:Map|Set)(?:<.*>)?\(\))/m
  assert.deepEqual(
    sources.filter((file) => ['app', 'surfaces'].includes(roomOf(file)) && !isTest(file) && state.test(textOf(file))),
    keeping,
  )
})
