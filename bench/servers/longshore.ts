import { fileURLToPath } from 'node:url'
import { freePort, pinned, run, startProcess, stopProcess } from '../processes.ts'
import { type Place, Server, untilReady } from './server.ts'

const program = fileURLToPath(new URL('../../bin/longshore.js', import.meta.url))

export async function startLongshore(place: Place): Promise<Server> {
  const port = await freePort()
  const admin = await freePort()
  const log = `${place.folder}/log`
  const env = {
    ...process.env,
    ...place.environment,
    LONGSHORE_DATA_DIR: `${place.folder}/data`,
    LONGSHORE_HTTP: `127.0.0.1:${port}`,
    LONGSHORE_HTTPS: 'off',
    LONGSHORE_ADMIN: `127.0.0.1:${admin}`,
  }
  // The same Node as ours, so that bin/longshore.js has no need of a child and the pid is the server's.
  const command = pinned([process.execPath, ...(place.nodeFlags ?? []), program, 'serve'], place.core)
  const child = startProcess(command, log, { env, cwd: place.folder })
  try {
    await untilReady(child, admin, '/readyz', log)
    const shown = await run(process.execPath, [program, 'credential', 'show', '--output', 'json'], { env })
    const { username, passwords } = JSON.parse(shown.stdout) as { username: string; passwords: { value: string }[] }
    return new Server('longshore', port, place.folder, child, { username, password: passwords[0]?.value ?? '' })
  } catch (error) {
    await stopProcess(child)
    throw error
  }
}
