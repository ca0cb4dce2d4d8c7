// What .ci/run runs once the packages are there: everything that a developer can run, and one report of all of it, also when it is ended early.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { conclude, keptParts, type Part } from './report.ts'

// As npm runs them; but npm, told to end, does not wait for what it began and was to tell.
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }
const path = `${resolve('node_modules/.bin')}:${process.env.PATH}`

let child: ChildProcess | undefined
let isOver = false
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    isOver = true
    child?.kill(signal)
  })

const work = mkdtempSync(join(tmpdir(), 'longshore-ci-'))
const parts: Part[] = []
for (const name of ['test', 'test:stores', 'test:clients']) {
  const file = join(work, name.replace(':', '-'))
  if (!isOver) {
    console.log(`\n> npm run ${name}`)
    child = spawn('sh', ['-c', `exec ${scripts[name]}`], { stdio: 'inherit', env: { ...process.env, PATH: path, TEST_TOTAL_FILE: file } })
    await once(child, 'exit')
  }
  parts.push(...keptParts(file, name))
}
rmSync(work, { recursive: true })
conclude(parts)
