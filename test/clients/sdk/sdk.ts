// The Azure SDKs, each driven by small programs in its own language: the same questions, and answers of the same shape.
import assert from 'node:assert/strict'
import { cp, mkdtemp, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nodeModulesOf, pythonOf } from '../../../tools/install-clients.ts'
import { withHosts } from '../az/own-hosts.ts'
import type { Stage } from '../az/stage.ts'
import { type Environment, run, told } from '../command.ts'

export const languages = ['JavaScript', 'Python'] as const
export type Language = (typeof languages)[number]

/** How a program signs in; see credential.mjs and credential.py. */
export type Credential = { authority?: string } & (
  | { way: 'default' }
  | { way: 'device' | 'browser'; tenant: string }
  | { way: 'secret'; tenant: string; client: string; secret: string }
  | { way: 'certificate'; tenant: string; client: string; certificate: string }
  | { way: 'password'; tenant: string; username: string; password: string }
)

export type Program = 'sign-in' | 'fails' | 'registry' | 'registry-end' | 'content' | 'anonymous'

export interface Running {
  language: Language
  program: Program
  question: Record<string, unknown> & { credential?: Credential }
  env: Environment
  /** Told all of standard error at each piece of it. */
  said?: (soFar: string) => void
}

const sources = (folder: string) => fileURLToPath(new URL(`./${folder}/`, import.meta.url))

/** Runs a program, which must succeed; answers its answer. */
export async function ask<Answer>(stage: Stage, { language, program, question, env, said }: Running): Promise<Answer> {
  const command = language === 'JavaScript' ? [process.execPath, join(await projectOf(stage), `${program}.mjs`)] : pythonCommand(program)
  const [name = '', ...args] = command
  const result = await run(...withHosts(stage.hosts, name, args), {
    env,
    only: true,
    input: JSON.stringify(question),
    seconds: 120,
    ...(said && { said }),
  })
  assert.equal(result.code, 0, told(language, [program], result))
  return JSON.parse(result.stdout) as Answer
}

// Without -B Python writes what it compiled beside the sources.
const pythonCommand = (program: Program) => [pythonOf('sdk-python'), '-B', join(sources('python'), `${program}.py`)]

const projects = new Map<string, Promise<string>>()

/** A folder of the stage with the programs and, beside them, the packages that they import. */
function projectOf({ directory }: Stage): Promise<string> {
  let project = projects.get(directory)
  if (!project) projects.set(directory, (project = makeProject(directory)))
  return project
}

async function makeProject(directory: string): Promise<string> {
  const folder = await mkdtemp(join(directory, 'sdk-'))
  await cp(sources('js'), folder, { recursive: true })
  await symlink(nodeModulesOf('sdk-js'), join(folder, 'node_modules'))
  return folder
}
