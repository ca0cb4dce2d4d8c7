// The Helm chart, by helm.
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parseAllDocuments, stringify } from 'yaml'
import { succeed } from './command.ts'
import { goTool } from './tool.ts'

export const chart = fileURLToPath(new URL('../../deploy/helm/longshore', import.meta.url))

/** As a parser gives it: what Kubernetes' objects have is looked at, not typed. */
export type Made = ReturnType<typeof JSON.parse>
export type Values = Record<string, unknown>

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chart-'))
})
after(() => rm(folder, { recursive: true }))

let files = 0
export async function helm(command: string[], values: Values) {
  const file = join(folder, `${++files}.yaml`)
  await writeFile(file, stringify(values))
  return [goTool('helm'), [...command, '-f', file]] as const
}

/** Every object by its kind and name. Kubernetes reads YAML 1.1, in which 0440 is octal. */
export async function made(values: Values = {}, release = 'r', words: string[] = []): Promise<Map<string, Made>> {
  const text = await succeed(...(await helm(['template', release, chart, '--namespace', 'ns', ...words], values)))
  const objects = parseAllDocuments(text, { version: '1.1' }).flatMap((each) => {
    assert.deepEqual(each.errors, [])
    return each.toJS() ?? []
  })
  return new Map(objects.map((each: Made) => [`${each.kind}/${each.metadata.name}`, each]))
}

export const at = (objects: Map<string, Made>, name: string): Made =>
  objects.get(name) ?? assert.fail(`${name} is not among ${[...objects.keys()]}`)
export const environment = (container: Made) =>
  new Map<string, Made>(container.env.map((each: Made) => [each.name, each.value ?? each.valueFrom]))

export const scaled = {
  mode: 'scaled',
  publicUrl: 'https://registry.example.org',
  trustedProxies: ['10.1.0.0/16'],
  database: { url: 'postgres://longshore@db:5432/longshore', passwordSecret: { name: 'db-password' } },
  secretKey: { secretName: 'sealing' },
  bucket: { url: 's3://images/registry?region=eu-west-1', keysSecret: { name: 's3-keys' } },
}
export const withIngress = {
  publicUrl: 'https://registry.example.org:8443',
  trustedProxies: ['10.1.0.0/16', '10.2.0.1'],
  ingress: { enabled: true, tls: { secretName: 'wildcard' } },
}
