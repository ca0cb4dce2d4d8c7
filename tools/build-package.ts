// npm pack: makes dist/, plain JavaScript that runs without type stripping (Node does not strip types under node_modules).
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { basename, dirname, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

process.chdir(fileURLToPath(new URL('..', import.meta.url)))

/** Tests and the contracts of ports stay at home. */
const isShipped = (file: string): boolean => !/\.(?:test|contract)\.ts$/.test(file)

/** `#room/x.ts`, `./x.ts` and `../x.ts` in quotes, wherever a module or a worker is named. */
const specifier = /(\bfrom\s*|\bimport\s*\(\s*|\bimport\s+|\bnew URL\(\s*)(['"])((?:#|\.\.?\/)[^'"]+)\.ts\2/g

rmSync('dist', { recursive: true, force: true })
const files = globSync('src/**/*.ts').filter(isShipped).sort()
for (const file of files) {
  const source = readFileSync(file, 'utf8')
  const target = file.replace(/^src\//, 'dist/').replace(/\.ts$/, '.js')
  // Types become blanks and specifiers keep their lines: line n here is line n there.
  const code = stripTypeScriptTypes(source.trimEnd(), { mode: 'strip' }).replace(specifier, '$1$2$3.js$2')
  mkdirSync(dirname(target), { recursive: true })
  writeFileSync(target, `${code}\n//# sourceMappingURL=${basename(target)}.map\n`)
  writeFileSync(`${target}.map`, JSON.stringify(identityMap(relative(dirname(target), file), source)))
}
console.log(`dist: ${files.length} modules`)

/** Each line is the same line of the source: one mapping a line. */
function identityMap(path: string, source: string): object {
  const lines = source.split('\n').length
  // VLQ: column 0, first source, line +1 (AACA; the first line: AAAA), column 0.
  const mappings = Array.from({ length: lines }, (_, line) => (line === 0 ? 'AAAA' : 'AACA')).join(';')
  return { version: 3, file: basename(path).replace(/\.ts$/, '.js'), sources: [path], sourcesContent: [source], names: [], mappings }
}
