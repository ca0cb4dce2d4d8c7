import { readFileSync, writeFileSync } from 'node:fs'
import { advisoryRow, provenBy } from '../test/advisories.ts'

// Writes anew which test file proves each row of docs/advisories.md: a row that none proves keeps what it comes with.
const paper = 'docs/advisories.md'
const proofs = provenBy()
const lines = readFileSync(paper, 'utf8').split('\n')
writeFileSync(paper, lines.map((line) => renewed(line)).join('\n'))

function renewed(line: string): string {
  const row = advisoryRow(line)
  const files = row && proofs.get(row.code)
  return files ? `| ${row.code} | ${row.source} | ${row.rule} | ${files.join(' · ')} |` : line
}
