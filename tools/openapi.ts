import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatPage, pages } from './openapi/pages.ts'

// Writes docs/api/ out of the tables of the surfaces; with --check it only says what is not current.
const folder = join(import.meta.dirname, '../docs/api')
const check = process.argv.includes('--check')

for (const [name, page] of Object.entries(pages())) {
  const [path, text] = [join(folder, name), formatPage(page)]
  if (!check) writeFileSync(path, text)
  else if (readFileSync(path, 'utf8') !== text) {
    console.error(`docs/api/${name} is not current: run node tools/openapi.ts`)
    process.exitCode = 1
  }
}
