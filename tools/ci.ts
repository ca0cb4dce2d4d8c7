// What .ci/run runs once the packages are there: everything that a developer can run, and one report of all of it.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { conclude, keptParts } from './report.ts'

const work = mkdtempSync(join(tmpdir(), 'longshore-ci-'))
const parts = ['test', 'test:stores', 'test:clients'].flatMap((name) => {
  const file = join(work, name.replace(':', '-'))
  spawnSync('npm', ['run', name], { stdio: 'inherit', env: { ...process.env, TEST_TOTAL_FILE: file } })
  return keptParts(file, name)
})
rmSync(work, { recursive: true })
conclude(parts)
