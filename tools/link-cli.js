// After `npm ci` in the checkout: makes `npx longshore` the checkout's own CLI, and compiles what it is made of.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'

if (existsSync('src/main/cli.ts') && process.platform !== 'win32') {
  mkdirSync('node_modules/.bin', { recursive: true })
  rmSync('node_modules/.bin/longshore', { force: true })
  symlinkSync('../../bin/longshore.js', 'node_modules/.bin/longshore')
  // By the Node that came with the packages; where it cannot the first start compiles.
  if (existsSync('node_modules/.bin/node')) spawnSync('node_modules/.bin/node', ['tools/compile.js'], { stdio: 'ignore' })
}
