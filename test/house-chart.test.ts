// The Helm chart's values beside the server's settings. What helm makes of them: test/clients/helm-chart.test.ts.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parse } from 'yaml'
import { settings } from '#main/settings.ts'

const chart = 'deploy/helm/longshore'
const schema = JSON.parse(readFileSync(`${chart}/values.schema.json`, 'utf8'))

/** What the chart sets by values of its own, or what no pod can have: a front that reads its files, passwords in the log. */
const own = new Set(
  `dataDir store storePasswordFile secretKeyFile blobs blobsKeyFile http https admin publicUrl domain names trustedProxies passwordFile tlsCert tlsKey
   blobOffload blobOffloadGroup servers failpoint`.split(/\s+/),
)

test('the chart knows each setting of the server: another one goes into values.schema.json, below settings, or is the chart’s own', () => {
  const free = Object.keys(settings).filter((name) => !own.has(name))
  assert.deepEqual(Object.keys(schema.properties.settings.properties).sort(), free.sort())
  for (const name of own) assert.ok(name in settings, name)
})

test('the chart’s version is the package’s', () => {
  const { appVersion } = parse(readFileSync(`${chart}/Chart.yaml`, 'utf8'))
  assert.equal(appVersion, JSON.parse(readFileSync('package.json', 'utf8')).version)
})

type Tree = { [name: string]: unknown; properties?: { [name: string]: Tree } }
const isTree = (each: unknown): each is Tree => typeof each === 'object' && each !== null && !Array.isArray(each)
const namesIn = (of: Tree, path = ''): string[] =>
  Object.entries(of.properties ?? {}).flatMap(([name, each]) => [`${path}${name}`, ...namesIn(each, `${path}${name}.`)])
const valuesIn = (of: unknown, path = ''): string[] =>
  isTree(of) ? Object.entries(of).flatMap(([name, each]) => [`${path}${name}`, ...valuesIn(each, `${path}${name}.`)]) : []

test('every value of values.yaml stands in its schema, and the other way round', () => {
  // Kubernetes' own shapes, of which values name some parts; and what charts above this one set.
  const free = /^(resources|affinity|ingress\.annotations)\.|^(global|enabled)$|^settings\./
  const inSchema = namesIn(schema).filter((each) => !free.test(each))
  const inValues = valuesIn(parse(readFileSync(`${chart}/values.yaml`, 'utf8'))).filter((each) => !free.test(each))
  assert.deepEqual(inValues.sort(), inSchema.sort())
})
