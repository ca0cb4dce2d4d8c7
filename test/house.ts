import { globSync, readFileSync } from 'node:fs'

/** Each source file, below `src/`. */
export const sources: readonly string[] = globSync('**/*.ts', { cwd: 'src' }).sort()

export const textOf = (source: string): string => readFileSync(`src/${source}`, 'utf8')

/** What a source imports, as it is written there. */
export const specifiers = (source: string): string[] =>
  [...textOf(source).matchAll(/(?:^|\n)\s*(?:import|export)\b[^'"`;]*?from\s*'([^']+)'|import\('([^']+)'\)|^import\s*'([^']+)'/gm)].map(
    (match) => match[1] ?? match[2] ?? match[3] ?? '',
  )

export const roomOf = (source: string): string => source.split('/')[0] ?? ''
/** Adapters and surfaces are rooms of closets that do not know each other. */
export const closetOf = (source: string): string => source.split('/').slice(0, 2).join('/')
