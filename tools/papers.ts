import { readFileSync, writeFileSync } from 'node:fs'
import { advisoryRow, countedWalks, provenBy, settingsPaper } from '../test/papers.ts'

// Writes anew what can be counted in docs/: which test file proves each row of advisories.md (a row that none proves keeps what it
// comes with), how many files each walk of ARCHITECTURE.md names, and the table of settings.md.
const rewrite = (paper: string, renew: (text: string) => string): void => writeFileSync(paper, renew(readFileSync(paper, 'utf8')))
const proofs = provenBy()

rewrite('docs/advisories.md', (text) =>
  text
    .split('\n')
    .map((line) => {
      const row = advisoryRow(line)
      const files = row && proofs.get(row.code)
      return files ? `| ${row.code} | ${row.source} | ${row.rule} | ${files.join(' · ')} |` : line
    })
    .join('\n'),
)
rewrite('docs/ARCHITECTURE.md', countedWalks)
rewrite('docs/settings.md', settingsPaper)
