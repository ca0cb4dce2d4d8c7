// npm run test:clients [part of a file's name …]: foreign clients, and faults, against Longshore as it is in this checkout.
import { globSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { addAllHostNames } from '../test/clients/host-names.ts'
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

// Where a server is killed, runs out of disk or is damaged, it is so with one serving thread and with several. What says itself how many
// threads it wants, in the folder "threads", is run once.
const lots = [
  { servers: '1', patterns: ['test/clients/**/*.test.ts', 'test/faults/**/*.test.ts'] },
  { servers: '3', patterns: ['test/faults/*.test.ts', 'test/wire/damage*.test.ts', 'test/wire/lost-parts.test.ts'] },
]
const wanted = process.argv.slice(2)

let forgetNames = () => {}
parts.push(
  await onePart('names of this machine', () => {
    forgetNames = addAllHostNames()
  }),
)
for (const { servers, patterns } of lots) {
  const files = globSync(patterns).filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  // Each file has ports, folders and profiles of its own, so that two run at once. What needs something that there is once, such as
  // the port 443, stands in a folder "alone".
  const isAlone = (file: string) => dirname(file).endsWith('/alone')
  const shifts = [
    { title: `LONGSHORE_SERVERS=${servers}`, patterns: files.filter((file) => !isAlone(file)), atOnce: 2 },
    { title: `LONGSHORE_SERVERS=${servers}, alone`, patterns: files.filter(isAlone), atOnce: 1 },
  ]
  for (const shift of shifts.filter((each) => each.patterns.length > 0))
    parts.push(await runTests({ ...shift, variables: { LONGSHORE_SERVERS: servers } }))
}
forgetNames()
conclude(parts)
