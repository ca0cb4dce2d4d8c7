import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { advisoryRow, countedWalks, provenBy, settingsPaper } from './papers.ts'

const read = (file: string): string => readFileSync(file, 'utf8')

test('docs/advisories.md tells each code that a test has in its name, and who proves it (tools/papers.ts writes it)', () => {
  const rows = read('docs/advisories.md')
    .split('\n')
    .flatMap((line) => advisoryRow(line) ?? [])
  const told = new Map(rows.map((row) => [row.code, row.proof]))
  assert.equal(told.size, rows.length, 'each code once')
  const proofs = provenBy()
  for (const [code, files] of proofs) assert.equal(told.get(code), files.join(' · '), code)
  for (const { code, proof } of rows) if (!proofs.has(code)) assert.match(proof, /^comes with /, `${code}: no test has it in its name`)
})

test('a paper or a source that a comment, a document or a test points to is there', () => {
  const wrong: string[] = []
  for (const file of globSync(['src/**/*.ts', 'test/**/*.{ts,md}', 'bench/**/*.ts', 'tools/**/*.ts', 'docs/**/*.md', '*.md'])) {
    const text = file.endsWith('.ts') ? commentsOf(read(file)) : read(file)
    // OCI's own documents are named after their repository.
    const ours = text.replace(/image-spec[^\n]*/g, '')
    for (const [, named = ''] of ours.matchAll(/(?<![\w./:@-])([\w./-]+\.md)\b/g))
      if (!leadsSomewhere(named)) wrong.push(`${file}: ${named}`)
  }
  for (const [, named = ''] of read('docs/ARCHITECTURE.md').matchAll(/`([\w./-]+\.ts)`/g))
    if (!leadsSomewhere(named)) wrong.push(`docs/ARCHITECTURE.md: ${named}`)
  assert.deepEqual(wrong, [])
})

test('docs/ARCHITECTURE.md tells how many files there are, and how many each walk opens: sixteen at most (tools/papers.ts writes it)', () => {
  const text = read('docs/ARCHITECTURE.md')
  assert.equal(text, countedWalks(text))
  for (const [, files] of text.matchAll(/^\*\*[^\n]* \((\d+) files\)$/gm)) assert.ok(Number(files) <= 16)
  const told = Number(/Some (\d+) sources/.exec(text)?.[1])
  const there = globSync('src/**/*.ts').filter((file) => !/\.(?:test|contract)\.ts$/.test(file)).length
  assert.ok(Math.abs(told - there) <= there / 20, `there are ${there}`)
})

test('docs/settings.md tells each setting, what it is without one, and what it is for (tools/papers.ts writes it)', () => {
  const text = read('docs/settings.md')
  assert.equal(text, settingsPaper(text))
})

const commentsOf = (code: string): string => (code.match(/\/\*[^]*?\*\/|(?<![:'"`])\/\/[^\n]*/g) ?? []).join('\n')

const everything = globSync(['src/**/*', 'test/**/*', 'docs/**/*'])
/** From the root, or by the last part of a path that is there. */
const leadsSomewhere = (named: string): boolean => {
  const plain = named.replace(/^(?:\.{1,2}\/)+/, '')
  return existsSync(plain) || everything.some((each) => each.endsWith(`/${plain}`))
}
