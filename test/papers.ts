import { globSync, readFileSync } from 'node:fs'
import { variableOf } from '#main/config.ts'
import { type Setting, type SettingName, settings } from '#main/settings.ts'
import { settings as explained } from '#words/en/settings.ts'

const cells = /^\| ([A-Z][0-9]{1,2}) \| (.+?) \| (.+) \| (.+) \|$/

/** A line of the tables in docs/advisories.md. */
export function advisoryRow(line: string): { code: string; source: string; rule: string; proof: string } | undefined {
  const [, code, source, rule, proof] = cells.exec(line) ?? []
  return code && source && rule && proof ? { code, source, rule, proof } : undefined
}

/** The names of tests begin with the codes of what they prove: `test('A5 …`, `it('A1 A18 …`, `C3 …, C4 …` with the source between. */
const testName = /\b(?:test|it|describe)\(\s*(?:`|'|")([A-H][0-9]{1,2}\b[^\n]*)/g
const isCode = /(?<![-\w+])[A-H][0-9]{1,2}(?![\w+])/g

/** The test files by the codes in the names of their tests. */
export function provenBy(): Map<string, string[]> {
  const proofs = new Map<string, string[]>()
  const files = globSync(['src/**/*.{test,contract}.ts', 'test/**/*.test.ts', 'test/model/*.ts']).sort()
  for (const file of files)
    for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(testName))
      for (const code of codesOf(name)) {
        const known = proofs.get(code) ?? []
        if (!known.includes(`\`${file}\``)) proofs.set(code, [...known, `\`${file}\``])
      }
  return proofs
}

/** The codes up to the colon that ends the sources; without one those that the name begins with. */
function codesOf(name: string): string[] {
  const head = name.includes(': ') ? name.slice(0, name.indexOf(': ')) : (/^(?:[A-H][0-9]{1,2} )+/.exec(name)?.[0] ?? '')
  return head.match(isCode) ?? []
}

const walk = /^\*\*([^*]+)\*\*,(.*?)(?: \(\d+ files\))?$((?:\n(?!\n)[^\n]*)*)/gm

/** docs/ARCHITECTURE.md, each walk with the number of files that it names: of all of them a change of it opens no more. */
export const countedWalks = (text: string): string =>
  text.replace(walk, (_, title: string, what: string, steps: string) => {
    const files = new Set([...steps.matchAll(/`([\w./-]+\.ts)`/g)].map(([, file]) => file))
    return `**${title}**,${what} (${files.size} files)${steps}`
  })

/** The folder has no words in the catalogue, and the failpoint is for tests. */
type Told = Exclude<SettingName, 'dataDir' | 'failpoint'>
const isTold = (name: SettingName): name is Told => name !== 'dataDir' && name !== 'failpoint'

function settingRow(name: Told): string {
  const { fallback }: Setting<unknown> = settings[name]
  const words = explained[`setting.${name}`].replaceAll('<', '\\<').replaceAll('|', '\\|')
  return `| \`${variableOf(name)}\` | \`${name}\` | ${fallback === '' ? '' : `\`${fallback}\``} | ${words} |`
}

/** docs/settings.md: the rows of its table are those of the program. */
export const settingsPaper = (text: string): string => {
  const [head] = text.split('\n| ', 1)
  const rows = (Object.keys(settings) as SettingName[]).filter(isTold).map(settingRow)
  return `${head}
| Variable | \`longshore.yaml\` | Without it | What it is |
| --- | --- | --- | --- |
${rows.join('\n')}
`
}
