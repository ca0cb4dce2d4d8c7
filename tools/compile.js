// Compiles every source once. Node strips types in each thread by a program of its own, some 10 MiB a thread, as soon as one source is
// not in the cache: without this the first start of a checkout is slower and larger than later ones (docs/decisions/0078-what-memory-is-made-of.md).
import { globSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { compileSoonAndKeep } from '../bin/compiler.js'

compileSoonAndKeep()
process.argv.splice(2, Number.POSITIVE_INFINITY, '--version')
// What runs in a thread of its own fails here for want of its data, and is compiled by then.
for (const file of globSync('src/**/*.ts', { exclude: (name) => name.endsWith('.test.ts') }))
  await import(new URL(`../${file}`, import.meta.url)).catch(() => {})
flushCompileCache()
process.exit(0)
