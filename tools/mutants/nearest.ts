import { readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

/** These take a minute, or run on a disk what another one runs in memory: they are asked late. */
const slow =
  /authorization(?:-wire)?\.test|registry\.model|\/cli-|doctor|slow-client|open-files|sqlite\/(?:store|group-commit|migrate)\.test|strict-transport|speed|backup|package\.test|test\/stores\//
/** What is tested under another name. */
const kin: readonly (readonly [file: RegExp, test: RegExp])[] = [
  [/app\/checkup\//, /wire\/doctor/],
  [/maintenance\/(?:restore|backup)/, /cli-backup|damage\.test/],
  [/maintenance\/scrub/, /scrub/],
  [/adapters\/postgres\//, /stores\/postgres/],
  [/resources\//, /wire\/arm-(?:registries|tokens|places)/],
]
/** The contract suites of everything in store/. */
const contracts = 'src/adapters/sqlite/memory-store.test.ts'

/** Which test files reach which source through imports, and how near each stands to it. */
export class Nearest {
  readonly #tree: string
  readonly #imports = new Map<string, readonly string[]>()
  readonly #reached: ReadonlyMap<string, ReadonlySet<string>>

  constructor(tree: string, tests: readonly string[]) {
    this.#tree = tree
    this.#reached = new Map(tests.map((test) => [test, this.#everythingBelow(test)]))
  }

  /** The nearest first: its own test, those beside it, those that share words with it. */
  of(file: string): string[] {
    return [...this.#reached]
      .filter(([, reached]) => reached.has(file))
      .map(([test, reached]) => ({ test, far: this.#distance(file, test) + reached.size / 1000 }))
      .sort((a, b) => a.far - b.far)
      .map(({ test }) => test)
  }

  #distance(file: string, test: string): number {
    if (test === file.replace(/\.ts$/, '.test.ts')) return -9
    if (test === contracts && file.startsWith('src/store/')) return -8
    const words = wordsOf(test)
    const shared = wordsOf(file).filter((word) => words.includes(word)).length
    const direct = this.#importsOf(test).includes(file) ? 2 : 0
    if (kin.some(([ofFile, ofTest]) => ofFile.test(file) && ofTest.test(test))) return -1
    const late = slow.test(test) ? 4 : 0
    return late + (dirname(test) === dirname(file) ? 1 : 3) + (test.startsWith('test/wire/') ? 3 : 0) - direct - Math.min(3, shared) * 1.2
  }

  #everythingBelow(start: string): ReadonlySet<string> {
    const found = new Set([start])
    for (const file of found) for (const next of this.#importsOf(file)) found.add(next)
    return found
  }

  #importsOf(file: string): readonly string[] {
    let known = this.#imports.get(file)
    if (!known) this.#imports.set(file, (known = readImports(this.#tree, file)))
    return known
  }
}

function readImports(tree: string, file: string): string[] {
  const text = readFileSync(join(tree, file), 'utf8')
  // A type is nothing at run time; a worker is named by its URL.
  const named = [...text.matchAll(/^(?:import|export)(?! type)[^'"]*?from '([#.][^']+\.ts)'|(?:new URL|\bimport)\('([#.][^']+\.ts)'/gm)]
  return named.map(([, imported = '', loaded = '']) => {
    const specifier = imported || loaded
    return specifier.startsWith('#') ? `src/${specifier.slice(1)}` : normalize(join(dirname(file), specifier))
  })
}

const wordsOf = (file: string): string[] =>
  file
    .replace(/\.(?:test\.)?ts$/, '')
    .split(/[/.-]/)
    .filter((word) => !['src', 'test', 'wire', 'model', 'store', 'app', 'surfaces', 'core'].includes(word))
    .map((word) => word.replace(/s$/, ''))
