// docs/faq.en.md, line by line, in the order in which it stands there. The other languages have the same lines (test/wire/faq.test.ts).
import assert from 'node:assert/strict'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { azPython } from '../../../tools/install-clients.ts'
import { run, told } from '../command.ts'
import { type DockerEngine, docker, startDockerEngine } from '../docker-engine.ts'
import { makeContext } from '../images.ts'
import { type Code, readFaq } from './faq-page.ts'
import { withHosts } from './own-hosts.ts'
import type { Profile } from './profile.ts'
import { caOf, onStage } from './stage.ts'

const page = readFaq('en')
const program = fileURLToPath(new URL('../../../bin/longshore.js', import.meta.url))

onStage('FAQ page', (stage) => {
  let engine: DockerEngine
  let folder = ''
  const shells = new Map<string, Profile>()
  before(async () => {
    folder = join(stage.directory, 'faq')
    await mkdir(folder)
    // The engine sees the hosts file of the moment at which it starts.
    await stage.owner.az('acr', 'create', '-n', 'myregistry', '-g', 'local', '--sku', 'Premium')
    await stage.owner.az('acr', 'update', '-n', 'myregistry', '--data-endpoint-enabled', 'true')
    await stage.refreshHosts()
    await stage.owner.az('acr', 'update', '-n', 'myregistry', '--data-endpoint-enabled', 'false')
    engine = await startDockerEngine(
      { [`myregistry.${stage.domain}`]: await caOf(stage) },
      (command, args) => withHosts(stage.hosts, command, args),
      engineSettings(),
    )
    shells.set('owner', await atShell(stage.owner))
    const { directory } = await makeContext(stage.directory)
    const built = await run(docker, ['build', '-t', 'hello-world', directory], { env: engine.env })
    assert.equal(built.code, 0, told(docker, ['build'], built))
  })
  after(() => engine?.stop())

  /** A shell in which the programs are what they are for people. */
  const atShell = async (person: Profile): Promise<Profile> => {
    const bin = join(person.env.HOME ?? '', 'bin')
    await mkdir(bin)
    const longshore = `env LONGSHORE_DATA_DIR=${join(stage.directory, 'data')} ${process.execPath} ${program}`
    for (const [name, command] of Object.entries({ az: `${azPython()} -m azure.cli`, docker, longshore })) {
      await writeFile(join(bin, name), `#!/bin/sh\nexec ${command} "$@"\n`)
      await chmod(join(bin, name), 0o755)
    }
    Object.assign(person.env, engine.env, { PATH: `${bin}:${person.env.PATH}` })
    return person
  }
  /** What the page has of the engine's own file: it starts with all of it. */
  const engineSettings = (): Record<string, unknown> => {
    const files = page.flatMap(({ codes }) => codes).filter(({ file }) => file?.startsWith('daemon'))
    assert.equal(files.length, 2)
    return Object.assign({}, ...files.map(({ text }) => JSON.parse(here(text)) as Record<string, unknown>))
  }
  /** On the port that this server has. */
  const here = (text: string): string => text.replaceAll(':5443', stage.domain.replace(/^[^:]*/, ''))
  const shellOf = async (name: string): Promise<Profile> => {
    const person = shells.get(name) ?? (await atShell(await stage.newProfile()))
    shells.set(name, person)
    return person
  }

  const runs = async ({ text, file, shell, refused }: Code): Promise<void> => {
    const lines = here(text)
    if (file !== undefined) {
      JSON.parse(lines)
      await writeFile(join(folder, file), lines)
      return
    }
    const result = await (await shellOf(shell)).other('sh', ['-ec', `cd ${folder}\n${lines}`])
    if (refused === undefined) return assert.equal(result.code, 0, told(lines, [], result))
    assert.notEqual(result.code, 0, `it succeeds: take the mark away\n${told(lines, [], result)}`)
    assert.ok((result.stdout + result.stderr).includes(refused), `"${refused}" is not said:\n${told(lines, [], result)}`)
    assert.doesNotMatch(result.stderr, /Traceback/)
  }

  for (const { number, title, codes } of page)
    if (codes.length > 0)
      test(`${number} ${title}`, async () => {
        for (const code of codes) await runs(code)
      })
})
