import { stripTypeScriptTypes } from 'node:module'
import { masksOf } from './masks.ts'

/** One small change of one file. */
export interface Mutant {
  file: string
  operator: string
  /** Where the change begins, in characters from the start of the file. */
  at: number
  line: number
  was: string
  becomes: string
}

interface Operator {
  name: string
  in: 'code' | 'sql'
  pattern: RegExp
  becomes: (was: string) => string
}

const swap = (name: string, from: string, to: string): Operator => ({
  name,
  in: 'code',
  pattern: new RegExp(`(?<=[\\w)\\]'"\`] )${from.replace(/[|+*?]/g, '\\$&')}(?= )`, 'g'),
  becomes: () => to,
})
const sql = (name: string, pattern: RegExp, becomes: (was: string) => string): Operator => ({ name, in: 'sql', pattern, becomes })

const operators: readonly Operator[] = [
  swap('equal', '===', '!=='),
  swap('unequal', '!==', '==='),
  swap('less', '<', '<='),
  swap('at most', '<=', '<'),
  swap('more', '>', '>='),
  swap('at least', '>=', '>'),
  swap('and', '&&', '||'),
  swap('or', '||', '&&'),
  swap('plus', '+', '-'),
  swap('minus', '-', '+'),
  { name: 'not', in: 'code', pattern: /(?<=[(\s])!(?=[\w(])/g, becomes: () => '' },
  { name: 'some', in: 'code', pattern: /\.some\(/g, becomes: () => '.every(' },
  { name: 'every', in: 'code', pattern: /\.every\(/g, becomes: () => '.some(' },
  { name: 'true', in: 'code', pattern: /(?<=(?:return|:|=|=>) )true\b/g, becomes: () => 'false' },
  { name: 'false', in: 'code', pattern: /(?<=(?:return|:|=|=>) )false\b/g, becomes: () => 'true' },
  { name: 'guard', in: 'code', pattern: /^ +if \(.*\) (?:throw|return|continue|break)\b[^{\n]*$/gm, becomes: () => '' },
  // A failpoint is a place for tests, and does nothing where nobody arms it.
  {
    name: 'deed',
    in: 'code',
    pattern: /(?<!(?:=>|[=(,?:|&])\s*\n)^ {2,}(?:await )?(?!super|(?:tx\.)?failpoint)[\w.#]+(?:\.[\w#]+)*\([^\n]*\)$(?!\n\s*[.?:|&])/gm,
    becomes: () => '',
  },
  sql('sql condition', /^\s*AND [^\n`]*$/gm, () => ''),
  sql('sql and', /(?<=[\w)?] )AND(?= [^\n]*\bWHERE\b|[^\n]*[=<>])/g, () => 'OR'),
  sql('sql exists', /\bNOT EXISTS\b/g, () => 'EXISTS'),
  sql('sql absent', /(?<!NOT )\bEXISTS\b(?= ?\()/g, () => 'NOT EXISTS'),
  sql('sql less', /(?<=\w )<(?= [?\w:])/g, () => '<='),
  sql('sql at most', /(?<=\w )<=(?= [?\w:])/g, () => '<'),
  sql('sql more', /(?<=\w )>(?= [?\w:])/g, () => '>='),
  sql('sql at least', /(?<=\w )>=(?= [?\w:])/g, () => '>'),
  sql('sql plus', /(?<=\w )\+(?= [?\w:])/g, () => '-'),
  sql('sql minus', /(?<=\w )-(?= [?\w:])/g, () => '+'),
  sql('sql order', /(?<=ORDER BY [^\n`]*)\bDESC\b/g, () => 'ASC'),
]

/** Every change that there is to make in a file. */
export function mutantsOf(file: string, source: string): Mutant[] {
  // Types become blanks: a change of one is none.
  const masks = masksOf(stripTypeScriptTypes(source, { mode: 'strip' }))
  const found = operators.flatMap((operator) =>
    [...masks[operator.in].matchAll(operator.pattern)].map((match): Mutant => {
      const was = source.slice(match.index, match.index + match[0].length)
      return {
        file,
        operator: operator.name,
        at: match.index,
        line: lineAt(source, match.index + was.search(/\S|$/)),
        was,
        becomes: operator.becomes(was),
      }
    }),
  )
  return [...found, ...rowsOf(file, source)].filter((each) => isWhole(masks.code.slice(each.at, each.at + each.was.length)))
}

/** What a row of a table says in one of its columns, in exchange for what another row says there. */
function rowsOf(file: string, source: string): Mutant[] {
  const cells = [...source.matchAll(/(?<=\b(access|action|right|rate): )[\w.']+(?=[,\s}])/g)]
  return cells.flatMap((cell) => {
    const values = [...new Set(cells.filter(([, column]) => column === cell[1]).map(([value]) => value))]
    const other = values[(values.indexOf(cell[0]) + 1) % values.length]
    if (other === undefined || other === cell[0]) return []
    return [{ file, operator: 'row', at: cell.index, line: lineAt(source, cell.index), was: cell[0], becomes: other }]
  })
}

const lineAt = (source: string, at: number): number => source.slice(0, at).split('\n').length

/** A line that is taken away leaves no bracket open. */
const isWhole = (text: string): boolean =>
  ['()', '[]', '{}'].every(([open = '', close = '']) => text.split(open).length === text.split(close).length)

export const mutated = (source: string, { at, was, becomes }: Mutant): string =>
  source.slice(0, at) + becomes + source.slice(at + was.length)
