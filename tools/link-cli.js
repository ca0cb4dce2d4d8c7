// After `npm ci` in the checkout: makes `npx longshore` the checkout's own CLI.
import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'

if (existsSync('src/main/cli.ts') && process.platform !== 'win32') {
  mkdirSync('node_modules/.bin', { recursive: true })
  rmSync('node_modules/.bin/longshore', { force: true })
  symlinkSync('../../bin/longshore.js', 'node_modules/.bin/longshore')
}
