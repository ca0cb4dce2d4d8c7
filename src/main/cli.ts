import { run } from '#cli/program.ts'
import { hostOf } from './host.ts'
import { interruption } from './interruption.ts'
import { programName } from './program-name.ts'

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

process.exitCode = await run(
  process.argv.slice(2),
  hostOf({
    env: process.env,
    program: programName({ path: process.env.PATH, folder: process.cwd() }),
    isTerminal: process.stdout.isTTY,
    out: (text) => process.stdout.write(text),
    problem: (text) => process.stderr.write(text),
    interruption,
  }),
)

// A name that the system's resolver is still looking for keeps nobody waiting.
setTimeout(() => process.exit(), 1000).unref()
