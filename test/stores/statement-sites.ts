import { globSync } from 'node:fs'
import { join } from 'node:path'
import {
  type CallExpression,
  isCallExpression,
  isImportDeclaration,
  isLiteralTypeNode,
  isPropertyAccessExpression,
  isStringLiteral,
  isTemplateLiteralToken,
  type Node,
  type PropertyAccessExpression,
  type SourceFile,
} from 'typescript/unstable/ast'
import { API, type Checker, type Type, TypeFlags, type UnionOrIntersectionType } from 'typescript/unstable/sync'

/** What a value of a column is in JavaScript. */
export type Kind = 'number' | 'string' | 'bytes' | 'null' | 'boolean' | 'bigint' | 'other'

/** A place in the sources that gives a statement to a database. */
export interface Site {
  /** `src/store/tags.ts:12:34` */
  place: string
  /** The columns that the code reads of a row; undefined where it only asks whether there is one, or how many changed. */
  row: ReadonlyMap<string, ReadonlySet<Kind>> | undefined
  /** Its rows are of a type that the compiler found by what is made of them, and that the place does not name. */
  unnamed: boolean
}

/** A piece of a statement's text. */
export interface Piece {
  place: string
  text: string
}

const root = join(import.meta.dirname, '../..')

/** Asks the compiler for each call of a statement in src/store, with the type of its rows, and for each text that is SQL. */
export function readSites(): { sites: Site[]; pieces: Piece[] } {
  const api = new API({ cwd: root })
  try {
    const project = api.updateSnapshot({ openProjects: [join(root, 'tsconfig.json')] }).getProjects()[0]
    if (!project) throw new Error('tsconfig.json is no project')
    const sites: Site[] = []
    const pieces: Piece[] = []
    for (const file of globSync('src/store/*.ts', { cwd: root }).sort()) {
      const source = project.program.getSourceFile(join(root, file))
      if (!source || /\.(?:test|contract)\.ts$/.test(file)) continue
      const visit = (node: Node): void => {
        if (isImportDeclaration(node) || isLiteralTypeNode(node)) return
        if (isStatementCall(node, project.checker))
          sites.push(siteOf(node, project.checker, placeOf(file, source, node.expression.name.getStart(source))))
        if ((isStringLiteral(node) || isTemplateLiteralToken(node)) && isSql(node.text))
          pieces.push({ place: placeOf(file, source, node.getStart(source)), text: node.text })
        node.forEachChild(visit)
      }
      visit(source)
    }
    return { sites, pieces }
  } finally {
    api.close()
  }
}

/** Our words of SQL are capitals, and no sentence of ours has two of them. */
const isSql = (text: string): boolean => (text.match(/\b[A-Z]{2,}\b/g) ?? []).some((word) => words.has(word))
const words = new Set(
  'SELECT INSERT UPDATE DELETE FROM WHERE AND OR NOT SET VALUES JOIN ORDER LIMIT RETURNING EXISTS CASE NULL IN UNION GROUP DESC ASC'.split(
    ' ',
  ),
)

const placeOf = (file: string, source: SourceFile, position: number): string => {
  const { line, character } = source.getLineAndCharacterOfPosition(position)
  return `${file}:${line + 1}:${character + 1}`
}

function isStatementCall(node: Node, checker: Checker): node is CallExpression & { expression: PropertyAccessExpression } {
  if (!isCallExpression(node) || !isPropertyAccessExpression(node.expression)) return false
  if (!['get', 'all', 'run'].includes(node.expression.name.text)) return false
  const owner = checker.getTypeAtLocation(node.expression.expression)
  return owner !== undefined && /^Sql(?:Reader|Transaction)$/.test(checker.typeToString(owner))
}

function siteOf(call: CallExpression, checker: Checker, place: string): Site {
  const [argument] = call.typeArguments ?? []
  const type = argument && checker.getTypeFromTypeNode(argument)
  if (!type) {
    const found = checker.getTypeAtLocation(call)
    return { place, row: undefined, unnamed: !/\bColumns<unknown>|\bnumber\b/.test(found ? checker.typeToString(found) : '') }
  }
  const columns = checker.getPropertiesOfType(type).map((column) => [column.name, kindsOf(checker.getTypeOfSymbol(column))] as const)
  return { place, row: new Map(columns), unnamed: false }
}

function kindsOf(type: Type | undefined): Set<Kind> {
  if (!type) return new Set(['other'])
  if (type.flags & TypeFlags.Union) return new Set((type as UnionOrIntersectionType).getTypes().flatMap((each) => [...kindsOf(each)]))
  // A text with a brand.
  if (type.flags & TypeFlags.Intersection) {
    const kinds = (type as UnionOrIntersectionType).getTypes().flatMap((each) => [...kindsOf(each)])
    return new Set(kinds.includes('string') ? ['string'] : ['other'])
  }
  return new Set([kindOfOne(type)])
}

function kindOfOne(type: Type): Kind {
  const { flags } = type
  if (flags & (TypeFlags.String | TypeFlags.StringLiteral | TypeFlags.TemplateLiteral)) return 'string'
  if (flags & (TypeFlags.Number | TypeFlags.NumberLiteral)) return 'number'
  if (flags & TypeFlags.Null) return 'null'
  if (flags & (TypeFlags.Boolean | TypeFlags.BooleanLiteral)) return 'boolean'
  if (flags & (TypeFlags.BigInt | TypeFlags.BigIntLiteral)) return 'bigint'
  return type.getSymbol()?.name === 'Uint8Array' ? 'bytes' : 'other'
}
