// What a program finds around it: an empty home, and of Longshore what `longshore env` sets, or its CA alone.
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { azPython } from '../../../tools/install-clients.ts'
import { answerPages } from '../az/pages.ts'
import type { Stage } from '../az/stage.ts'
import type { Environment } from '../command.ts'

/** All that `longshore env` sets, as a program has it that knows nothing of Longshore, and more. */
export async function unchanged(stage: Stage, more: Environment = {}): Promise<Environment> {
  const { env } = await stage.newProfile()
  return { ...env, ...more }
}

/** Trust in the CA and nothing else: the program says itself where everything is. */
export async function trusting(stage: Stage): Promise<Environment> {
  const { env } = await stage.newProfile()
  const kept = ['PATH', 'HOME', 'LANG', 'REQUESTS_CA_BUNDLE', 'NODE_EXTRA_CA_CERTS']
  return Object.fromEntries(kept.map((name) => [name, env[name]]))
}

/** Where the owner has logged in with az; the program asks az, which is on its path. */
export async function withAz(stage: Stage): Promise<Environment> {
  const folder = join(stage.directory, 'az-on-path')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'az'), `#!/bin/sh\nexec '${azPython()}' -m azure.cli "$@"\n`, { mode: 0o755 })
  const { env } = stage.owner
  return { ...env, PATH: `${folder}:${env.PATH}`, AZURE_TOKEN_CREDENTIALS: 'AzureCliCredential' }
}

export interface Browser {
  /** Names the browser to programs. */
  env: Environment
  /** Each time that a program opens a page, signs in there and follows to where it leads; answers the last page of each. */
  signIn: (person: { username: string; password: string }, times: number) => Promise<string[]>
}

const patience = 60_000

/** A browser that programs can start: they find it as $BROWSER. */
export async function newBrowser({ directory, caFile }: Stage): Promise<Browser> {
  const folder = await mkdtemp(join(directory, 'browser-'))
  const [command, visited] = [join(folder, 'browser'), join(folder, 'visited')]
  await writeFile(command, `#!/bin/sh\nprintf '%s\\n' "$1" >>'${visited}'\n`, { mode: 0o755 })
  const ca = await readFile(caFile, 'utf8')
  const opened = async (index: number): Promise<string> => {
    const deadline = performance.now() + patience
    while (performance.now() < deadline) {
      const lines = (await readFile(visited, 'utf8').catch(() => '')).split('\n')
      // The last one is not written whole yet, or empty.
      const address = lines.slice(0, -1)[index]
      if (address !== undefined) return address
      await pause(50)
    }
    throw new Error(`no program opened a page for the ${index + 1}. time`)
  }
  return {
    env: { BROWSER: command },
    async signIn(person, times) {
      const pages: string[] = []
      for (let index = 0; index < times; index++) pages.push(await answerPages(await opened(index), ca, { code: '', ...person }))
      return pages
    },
  }
}
