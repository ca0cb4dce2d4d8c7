// Breaks the sources one small change at a time and asks whether a test notices.
//
//   node tools/mutants.ts cover [--skip 0]      notes which lines each test file runs (a quarter of an hour; good for later commits too)
//   node tools/mutants.ts [--count 150] [--skip 0] [--seed 1] [--only src/app/] [--most 8] [--again results.jsonl]
//
// --minutes ends either of them in good time; what `cover` has noted it does not do again, so it goes on where it stopped. Two of them may
// run side by side, in two folders with one --coverage. A test that is red without any change is asked of nothing.
// --most is how many test files are asked of one mutant: those that run its line, then those that are nearest by imports. --again asks
// of the survivors of a former run alone, in the sources as they are now. Works on a copy of the commit, never on the checkout. A
// line a mutant goes to <folder>/results.jsonl.
import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { coverageOf, type Run, whoRuns } from './mutants/coverage.ts'
import { Nearest } from './mutants/nearest.ts'
import { type Mutant, mutantsOf, mutated } from './mutants/operators.ts'
import { runFile } from './mutants/run-file.ts'
import { chance, sample } from './mutants/sample.ts'

interface Result extends Mutant {
  /** The test file that noticed. */
  by: string | undefined
  asked: number
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    folder: { type: 'string', default: join(tmpdir(), 'longshore-mutants') },
    count: { type: 'string', default: '150' },
    skip: { type: 'string', default: '0' },
    seed: { type: 'string', default: '1' },
    most: { type: 'string', default: '8' },
    only: { type: 'string', default: 'src/' },
    again: { type: 'string', default: '' },
    minutes: { type: 'string', default: '600' },
    coverage: { type: 'string', default: '' },
  },
})
const tree = join(values.folder, 'tree')
const coverage = values.coverage || join(values.folder, 'coverage.jsonl')
const end = performance.now() + Number(values.minutes) * 60_000
const longest = 90_000
/** Rooms that hold rules. */
const rooms = ['core', 'app', 'store', 'adapters', 'http', 'surfaces']
/** The parts of a surface, of app/ and of adapters/ count alone. */
const roomOf = (file: string): string =>
  file
    .split('/')
    .slice(1, /^src\/(?:adapters|app|surfaces)\//.test(file) ? 3 : 2)
    .join('/')
const textOf = (file: string): string => readFileSync(join(tree, file), 'utf8')
const inTree = (...patterns: string[]): string[] => patterns.flatMap((pattern) => globSync(pattern, { cwd: tree })).sort()

rmSync(tree, { recursive: true, force: true })
mkdirSync(tree, { recursive: true })
execFileSync('sh', ['-c', 'git archive HEAD | tar -x -C "$0"', tree])
symlinkSync(join(process.cwd(), 'node_modules'), join(tree, 'node_modules'))

const sources = inTree(...rooms.map((room) => `src/${room}/**/*.ts`)).filter((file) => !/\.(?:test|contract)\.ts$/.test(file))
const tests = inTree('src/**/*.test.ts', 'test/model/**/*.test.ts', 'test/wire/**/*.test.ts', 'test/stores/**/*.test.ts')
const nearest = new Nearest(tree, tests)
const all = sources.filter((file) => file.startsWith(values.only)).flatMap((file) => mutantsOf(file, textOf(file)))

if (positionals[0] === 'cover') await cover()
else await run(values.again === '' ? drawn() : survivorsOf(values.again))

async function cover(): Promise<void> {
  for (const [index, test] of tests.entries()) {
    if (index < Number(values.skip) || noted().some((run) => run.test === test)) continue
    if (performance.now() > end) return
    const run = await coverageOf(tree, test)
    appendFileSync(coverage, `${JSON.stringify(run)}\n`)
    console.log(`${index + 1}/${tests.length} ${run.passed ? 'ok' : 'RED'} ${run.milliseconds} ms ${test}`)
  }
}

function noted(): Run[] {
  return existsSync(coverage) ? linesOf<Run>(coverage).filter(({ test }) => tests.includes(test)) : []
}

async function run(chosen: readonly Mutant[]): Promise<void> {
  const known = noted()
  console.log(`${chosen.length} of ${all.length} mutants`)
  let noticed = 0
  let asked = 0
  for (const mutant of chosen) {
    if (performance.now() > end) break
    const result = await ask(mutant, known)
    asked++
    if (result.by !== undefined) noticed++
    appendFileSync(join(values.folder, 'results.jsonl'), `${JSON.stringify(result)}\n`)
    const change = `${JSON.stringify(mutant.was.trim())} → ${JSON.stringify(mutant.becomes)}`
    const verdict = result.by === undefined ? `SURVIVES, ${result.asked} asked` : `noticed by ${basename(result.by)}`
    console.log(`${noticed}/${asked} ${mutant.file}:${mutant.line} ${mutant.operator} ${change} ${verdict}`)
  }
  console.log(`${noticed} of ${asked} noticed (${Math.round((100 * noticed) / asked)} %)`)
}

function linesOf<Line>(file: string): Line[] {
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
}

function drawn(): Mutant[] {
  const skip = Number(values.skip)
  return sample(all, skip + Number(values.count), roomOf, chance(Number(values.seed))).slice(skip)
}

/** Survivors whose place is still there, by what stood there. */
function survivorsOf(results: string): Mutant[] {
  const survivors = linesOf<Result>(results).filter(({ by }) => by === undefined)
  return survivors.flatMap(({ file, operator, was, line }) => {
    const same = all.filter((each) => each.file === file && each.operator === operator && each.was === was)
    return same.sort((a, b) => Math.abs(a.line - line) - Math.abs(b.line - line)).slice(0, 1)
  })
}

/** Asks tests, one after the other, until one notices: of those that run the line first those beside it, then the quickest. */
async function ask(mutant: Mutant, known: readonly Run[]): Promise<Result> {
  const source = textOf(mutant.file)
  const running = whoRuns(known, mutant.file, source.split('\n')[mutant.line - 1] ?? '')
  const byImports = nearest.of(mutant.file)
  const first = byImports.slice(0, 2).filter((test) => running.includes(test) || test.startsWith('src/'))
  const red = known.filter(({ passed }) => !passed).map(({ test }) => test)
  const candidates = [...new Set([...first, ...running, ...byImports])].filter((test) => !red.includes(test))
  writeFileSync(join(tree, mutant.file), mutated(source, mutant))
  try {
    let asked = 0
    for (const test of candidates.slice(0, Number(values.most))) {
      asked++
      if (!(await runFile(tree, test, longest)).passed) return { ...mutant, by: test, asked }
    }
    return { ...mutant, by: undefined, asked }
  } finally {
    writeFileSync(join(tree, mutant.file), source)
  }
}
