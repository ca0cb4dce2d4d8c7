#!/usr/bin/env node
// Starts the CLI on a Node that runs it: this one, or the one that npm put into node_modules/.bin.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const needed = [24, 12]
const here = process.versions.node.split('.').map(Number)
const recent = here[0] > needed[0] || (here[0] === needed[0] && here[1] >= needed[1])
const local = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url))

// glibc gives each thread a heap of its own, and keeps what was freed there for the next one: two heaps do, and large pieces go back at
// once. It reads its environment before Node does, so a server starts once more in the same process (docs/decisions/0078-what-memory-is-made-of.md).
const allocator = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '131072', MALLOC_TRIM_THRESHOLD_: '2097152' }
const bounded = process.env.MALLOC_ARENA_MAX !== undefined || process.platform !== 'linux' || process.channel
if (recent && process.argv[2] === 'serve' && !bounded) {
  const again = [process.execPath, ...process.execArgv, ...process.argv.slice(1)]
  process.execve?.(process.execPath, again, { ...allocator, ...process.env })
}

if (recent) {
  // Not above: an older Node has not what it imports.
  const { compileSoonAndKeep } = await import('./compiler.js')
  const kept = compileSoonAndKeep()
  // For the worker threads.
  process.env.NODE_COMPILE_CACHE ??= kept
  // Reads of layers wait in libuv's pool; four threads are too few for many pulls beside file syncs.
  process.env.UV_THREADPOOL_SIZE ??= '16'
  const source = new URL('../src/main/cli.ts', import.meta.url)
  await import(existsSync(source) ? source.href : new URL('../dist/main/cli.js', import.meta.url).href)
} else if (existsSync(local)) {
  const child = spawn(local, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' })
  const doesNotStart = (code) => {
    console.error(
      `longshore: the Node that npm brought does not start on this system (${local}). If it misses libatomic.so.1: "apt-get install libatomic1" on Debian and Ubuntu, "dnf install libatomic" on Fedora and RHEL. It needs glibc 2.28; where that is not (Alpine), install Node ${needed.join('.')} or newer, which longshore takes then.`,
    )
    process.exit(code)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  // Not even the loader of its libraries is there.
  child.on('error', (error) => {
    console.error(error.message)
    doesNotStart(127)
  })
  child.on('exit', (code, signal) => {
    if (signal) process.kill(process.pid, signal)
    // The loader ends with this one when a library is missing, after it has named that.
    else if (code === 127) doesNotStart(code)
    else process.exit(code ?? 1)
  })
} else {
  console.error(
    `longshore needs Node ${needed.join('.')} or newer; this is Node ${process.versions.node}. Install a newer Node, or run "npm ci" in the checkout, which brings one.`,
  )
  process.exit(1)
}
