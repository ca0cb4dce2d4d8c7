// npm run test:clients [part of a file's name …]: foreign clients, and faults, against Longshore as it is in this checkout.
import { globSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { installClients } from './install-clients.ts'
import { conclude, onePart } from './report.ts'
import { runTests } from './run-tests.ts'

const cwd = fileURLToPath(new URL('..', import.meta.url))
process.chdir(cwd)

// What cannot be installed does not stop the rest.
const parts = [
  await onePart('tools', async () => {
    const failures = await installClients()
    if (failures.length > 0) throw new Error(failures.join('\n'))
  }),
]

// Where a server is killed, runs out of disk or is damaged, it is so with one serving thread and with several.
const faults = ['test/faults/**/*.test.ts', 'test/wire/damage*.test.ts', 'test/wire/lost-parts.test.ts']
const lots = [
  { servers: '1', patterns: ['test/clients/**/*.test.ts', 'test/faults/**/*.test.ts'] },
  { servers: '3', patterns: faults },
]
const wanted = process.argv.slice(2)

for (const { servers, patterns } of lots) {
  const files = globSync(patterns).filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  if (files.length === 0) continue
  // One file at a time: each starts engines that share /etc and two cores.
  const variables = { LONGSHORE_SERVERS: servers }
  parts.push(await runTests({ title: `LONGSHORE_SERVERS=${servers}`, patterns: files, atOnce: 1, variables }))
}
conclude(parts)
