// Breaks the sources one small change at a time and asks whether a test notices.
//
//   node tools/mutants.ts cover [--without cli-]   runs every test file once and notes what it runs (minutes; for the commit of the checkout)
//   node tools/mutants.ts run [options]    --count 150  --seed 1  --only src/app/  --most 12 (test files to a mutant)  --skip 0
//
// Works on a copy of the commit, never on the checkout. What the run finds is in <folder>/results.jsonl, a line a mutant.
import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { coverageOf, type Run, runs } from './mutants/coverage.ts'
import { type Mutant, mutantsOf, mutated } from './mutants/operators.ts'
import { runFile } from './mutants/run-file.ts'
import { chance, sample } from './mutants/sample.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    folder: { type: 'string', default: join(tmpdir(), 'longshore-mutants') },
    count: { type: 'string', default: '150' },
    skip: { type: 'string', default: '0' },
    seed: { type: 'string', default: '1' },
    most: { type: 'string', default: '12' },
    only: { type: 'string', default: '' },
    without: { type: 'string', default: '^$' },
  },
})
const { folder } = values
const tree = join(folder, 'tree')
const coverage = join(folder, 'coverage.jsonl')
/** Rooms that hold rules; the parts of a surface count alone. */
const rooms = ['src/core/**', 'src/app/**', 'src/store/**', 'src/http/**', 'src/surfaces/**']
const roomOf = (file: string): string =>
  file
    .split('/')
    .slice(1, file.startsWith('src/surfaces/') || file.startsWith('src/app/') ? 3 : 2)
    .join('/')
const isTest = (file: string): boolean => /\.(?:test|contract)\.ts$/.test(file)

if (positionals[0] === 'cover') cover()
else if (positionals[0] === 'run') run()
else throw new Error('cover or run')

function copyTree(): void {
  rmSync(tree, { recursive: true, force: true })
  mkdirSync(tree, { recursive: true })
  execFileSync('sh', ['-c', 'git archive HEAD | tar -x -C "$0"', tree])
  symlinkSync(join(process.cwd(), 'node_modules'), join(tree, 'node_modules'))
}

function cover(): void {
  copyTree()
  writeFileSync(coverage, '')
  const tests = ['src/**/*.test.ts', 'test/model/**/*.test.ts', 'test/wire/**/*.test.ts'].flatMap((pattern) =>
    globSync(pattern, { cwd: tree }),
  )
  const asked = tests.filter((test) => !new RegExp(values.without).test(test)).sort()
  for (const [index, test] of asked.entries()) {
    const run = coverageOf(tree, test)
    appendFileSync(coverage, `${JSON.stringify(run)}\n`)
    console.log(`${index + 1}/${asked.length} ${run.passed ? 'ok' : 'RED'} ${run.milliseconds} ms ${test}`)
  }
}

function run(): void {
  if (!existsSync(coverage)) throw new Error('node tools/mutants.ts cover first')
  const known = readFileSync(coverage, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Run)
  const sources = rooms
    .flatMap((pattern) => globSync(`${pattern}/*.ts`, { cwd: tree }))
    .filter((file) => !isTest(file) && file.startsWith(values.only))
  const all = [...new Set(sources)].sort().flatMap((file) => mutantsOf(file, textOf(file)))
  const skip = Number(values.skip)
  const chosen = sample(all, skip + Number(values.count), roomOf, chance(Number(values.seed))).slice(skip)
  const results = join(folder, 'results.jsonl')
  console.log(`${chosen.length} of ${all.length} mutants in ${new Set(sources).size} files`)
  let noticed = 0
  for (const [index, mutant] of chosen.entries()) {
    const by = whoNotices(mutant, known)
    if (by.test !== undefined) noticed++
    appendFileSync(results, `${JSON.stringify({ ...mutant, ...by })}\n`)
    const verdict = by.test === undefined ? `SURVIVES (${by.asked} asked)` : `noticed by ${basename(by.test)}`
    console.log(
      `${index + 1} ${noticed}/${index + 1} ${mutant.file}:${mutant.line} ${mutant.operator} ${JSON.stringify(mutant.was.trim())} → ${JSON.stringify(mutant.becomes)} ${verdict}`,
    )
  }
  console.log(`${noticed} of ${chosen.length} noticed (${Math.round((100 * noticed) / chosen.length)} %)`)
}

/** Asks the tests that run the place, the nearest and quickest first. */
function whoNotices(mutant: Mutant, known: readonly Run[]): { test?: string; asked: number } {
  const near = (test: string): number => (dirname(test) === dirname(mutant.file) ? 0 : test.startsWith('src/') ? 1 : 2)
  const own = mutant.file.replace(/\.ts$/, '.test.ts')
  const order = (run: Run): number => (run.test === own ? -1 : near(run.test))
  const candidates = known
    .filter((each) => each.passed && runs(each, mutant.file, mutant.at + mutant.was.search(/\S|$/)))
    .sort((a, b) => order(a) - order(b) || a.milliseconds - b.milliseconds)
  const source = textOf(mutant.file)
  writeFileSync(join(tree, mutant.file), mutated(source, mutant))
  try {
    let asked = 0
    for (const { test, milliseconds } of candidates.slice(0, Number(values.most))) {
      asked++
      if (!runFile(tree, test, milliseconds * 3 + 30_000).passed) return { test, asked }
    }
    return { asked }
  } finally {
    writeFileSync(join(tree, mutant.file), source)
  }
}

function textOf(file: string): string {
  return readFileSync(join(tree, file), 'utf8')
}
