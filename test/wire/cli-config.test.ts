import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { flagOf } from '#main/config.ts'
import { type SettingName, settings } from '#main/settings.ts'
import { runCli } from '../world/cli-run.ts'

const folder = mkdtempSync(join(tmpdir(), 'longshore-config-'))
const dataDir = join(folder, 'data')
mkdirSync(dataDir)
after(() => rmSync(folder, { recursive: true }))

const yaml = (name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

interface Value {
  name: string
  value: string
  source: string
}

async function valueOf(name: string, words: string[], env: Record<string, string> = {}): Promise<Value | undefined> {
  const { code, out, problem } = await runCli(['config', '--data-dir', dataDir, '--output', 'json', ...words], env)
  assert.equal(code, 0, problem)
  return (JSON.parse(out) as Value[]).find((each) => each.name === name)
}

test('a flag goes before the environment, that before the file, that before the default, and config tells which', async () => {
  const file = yaml('all.yaml', 'gcLease: 3h\nnames: [one.example, two.example]\n')
  const env = { LONGSHORE_GC_LEASE: '2h' }
  assert.deepEqual(await valueOf('gcLease', ['--config', file, '--gc-lease', '1h'], env), {
    name: 'gcLease',
    value: '1h',
    source: '--gc-lease',
  })
  assert.deepEqual(await valueOf('gcLease', ['--config', file], env), { name: 'gcLease', value: '2h', source: 'LONGSHORE_GC_LEASE' })
  assert.deepEqual(await valueOf('gcLease', ['--config', file]), { name: 'gcLease', value: '3h', source: `${file}: gcLease` })
  assert.deepEqual(await valueOf('gcLease', []), { name: 'gcLease', value: '24h', source: 'default' })
  assert.equal((await valueOf('names', [], { LONGSHORE_CONFIG: file }))?.value, 'one.example,two.example')
})

test('longshore.yaml in the data folder is read without being named', async () => {
  const path = join(dataDir, 'longshore.yaml')
  writeFileSync(path, 'sparse: all\n')
  assert.deepEqual(await valueOf('sparse', []), { name: 'sparse', value: 'all', source: `${path}: sparse` })
  rmSync(path)
})

test('every setting is a flag of serve and of config', async () => {
  for (const command of ['serve', 'config']) {
    const { out } = await runCli([command, '--help'])
    for (const [name, setting] of Object.entries(settings))
      assert.equal(out.includes(`${flagOf(name as SettingName)} `), !('hidden' in setting), `${command} ${name}`)
  }
})

test('the value of a hidden setting is shown only when it is set', async () => {
  assert.equal(await valueOf('failpoint', []), undefined)
  assert.equal((await valueOf('failpoint', ['--failpoint', 'mount.after-commit=kill']))?.source, '--failpoint')
})

const wrong: [what: string, words: string[], env: Record<string, string>, line: RegExp][] = [
  ['a flag', ['config', '--http', 'nowhere'], {}, /^longshore: --http: expected host:port.*got "nowhere"\n$/],
  ['the root of a file system', ['config', '--data-dir', '/'], {}, /^longshore: --data-dir: expected a folder of its own.*got "\/"\n$/],
  ['a variable', ['usage'], { LONGSHORE_GC_LEASE: 'long' }, /^longshore: LONGSHORE_GC_LEASE: expected a number with.*got "long"\n$/],
  [
    'the name of a variable',
    ['config'],
    { LONGSHORE_HTPS: 'off' },
    /^longshore: LONGSHORE_HTPS: unknown setting; did you mean LONGSHORE_HTTPS\?\n$/,
  ],
  [
    'a value in the file',
    ['config', '--config', yaml('v.yaml', 'sparse: some')],
    {},
    /v\.yaml: sparse: expected one of off, index, all; got "some"\n$/,
  ],
  [
    'a key in the file',
    ['config', '--config', yaml('k.yaml', 'gcLeese: 1h')],
    {},
    /k\.yaml: gcLeese: unknown setting; did you mean gcLease\?\n$/,
  ],
  ['the form of the file', ['config', '--config', yaml('f.yaml', 'a: [1')], {}, /^longshore: .*f\.yaml: .+\n$/],
  ['the name of the file', ['config', '--config', join(folder, 'no.yaml')], {}, /^longshore: .*no\.yaml.*\n$/],
  [
    'a public URL below the domain',
    ['serve', '--public-url', 'https://acr.registry.example.org', '--domain', 'registry.example.org'],
    {},
    /^longshore: LONGSHORE_PUBLIC_URL: acr\.registry\.example\.org lies below registry\.example\.org \(LONGSHORE_DOMAIN\), .*registry\.example\.org itself, or one outside of it\n$/,
  ],
  [
    'a listener below the domain',
    ['config', '--https', 'a.longshore.localhost:443'],
    {},
    /LONGSHORE_HTTPS: a\.longshore\.localhost lies below/,
  ],
  [
    'a value, for who reads French',
    ['config', '--gc-lease', 'long'],
    { LANG: 'fr_FR.UTF-8' },
    /^longshore: --gc-lease : attendu : un nombre suivi de ms, s, m, h ou d, comme 24h ; reçu : « long »\n$/,
  ],
  [
    'a choice, for who reads Spanish',
    ['config'],
    { LANG: 'es_ES.UTF-8', LONGSHORE_SPARSE: 'some' },
    /^longshore: LONGSHORE_SPARSE: se esperaba uno de estos valores: off, index, all; se recibió «some»\n$/,
  ],
  ['a command', ['srve'], {}, /^longshore: unknown command "srve"; did you mean serve\?\n$/],
  ['a command that is like none', ['frobnicate'], {}, /^longshore: unknown command "frobnicate"; see --help\n$/],
  ['an option that is like none', ['usage', '--frobnicate'], {}, /^longshore: unknown option --frobnicate; see --help\n$/],
  ['a command of a group', ['registry', 'shw'], {}, /^longshore: unknown command "shw"; did you mean show\?\n$/],
  ['an option', ['usage', '--outptu', 'json'], {}, /^longshore: unknown option --outptu; did you mean --output\?\n$/],
  [
    'the choice of an option',
    ['usage', '--output', 'xml'],
    {},
    /^longshore: --output <form>: "xml" is not allowed; expected table, json\n$/,
  ],
  ['a truth', ['registry', 'update', '--admin-enabled', 'yes'], {}, /"yes" is not allowed; expected true or false\n$/],
  ['a size', ['registry', 'update', '--storage-limit', '5GB'], {}, /"5GB" is not allowed; expected none, or a number of bytes/],
  ['an option without its value', ['usage', '--output'], {}, /^longshore: option --output <form> needs a value\n$/],
  ['a command without its option', ['credential', 'renew'], {}, /^longshore: option --password-name <name> is needed\n$/],
  ['a command without its argument', ['backup'], {}, /^longshore: missing argument <folder>; see --help\n$/],
  ['too many arguments', ['usage', 'more'], {}, /^longshore: too many arguments; see --help\n$/],
]
for (const [what, words, env, line] of wrong)
  test(`${what} that is wrong is told in one line, exit code 2`, async () => {
    const { code, out, problem } = await runCli(words, { LONGSHORE_DATA_DIR: dataDir, ...env })
    assert.match(problem, line)
    assert.equal(problem.split('\n').length, 2)
    assert.equal(out, '')
    assert.equal(code, 2)
  })

test('a group without a command shows what it has', async () => {
  const { code, out } = await runCli(['credential'])
  assert.equal(code, 0)
  assert.match(out, /show \[options\][^]*renew \[options\]/)
})

test('help and version may be asked for as words', async () => {
  for (const [words, flags] of [
    [['help'], ['--help']],
    [
      ['help', 'credential', 'show'],
      ['credential', 'show', '--help'],
    ],
    [['version'], ['--version']],
  ] as const) {
    const { code, out } = await runCli([...words])
    assert.equal(code, 0)
    assert.notEqual(out, '')
    assert.equal(out, (await runCli([...flags])).out)
  }
})

test('a front needs a proxy that is trusted and a path of plain words; a group needs a front and must be there', async () => {
  const proxy = { LONGSHORE_TRUSTED_PROXIES: '127.0.0.1' }
  const problemOf = async (env: Record<string, string>, command = 'config'): Promise<string> => {
    const { code, problem } = await runCli([command, '--data-dir', dataDir], env)
    assert.notEqual(code, 0)
    return problem
  }
  assert.match(
    await problemOf({ LONGSHORE_BLOB_OFFLOAD: 'nginx:/a/' }),
    /LONGSHORE_BLOB_OFFLOAD: no proxy is trusted.*LONGSHORE_TRUSTED_PROXIES/,
  )
  assert.match(
    await problemOf({ LONGSHORE_BLOB_OFFLOAD_GROUP: 'www-data' }),
    /LONGSHORE_BLOB_OFFLOAD_GROUP: no nginx.*LONGSHORE_BLOB_OFFLOAD/,
  )
  assert.match(
    await problemOf({ ...proxy, LONGSHORE_BLOB_OFFLOAD: 'nginx:/a/', LONGSHORE_BLOBS: 's3://images?region=x' }),
    /LONGSHORE_BLOB_OFFLOAD: .*LONGSHORE_BLOBS.*LONGSHORE_BLOB_DOWNLOADS=signed/,
  )
  for (const wrong of [
    '',
    'nginx',
    'nginx:',
    'nginx:/',
    'nginx:a/',
    'nginx:/a',
    'nginx://a/',
    'nginx:/../',
    'nginx:/a/./',
    'nginx:/a%2f/',
    'nginx:/a b/',
    'nginx:/a?/',
    'caddy:/a/',
    `nginx:/${'a'.repeat(65)}/`,
  ])
    assert.match(
      await problemOf({ ...proxy, LONGSHORE_BLOB_OFFLOAD: wrong }),
      /LONGSHORE_BLOB_OFFLOAD: expected off, or nginx:\/PREFIX\//,
      wrong,
    )
  assert.match(
    await problemOf({ ...proxy, LONGSHORE_BLOB_OFFLOAD: 'nginx:/a/', LONGSHORE_BLOB_OFFLOAD_GROUP: 'a b' }),
    /expected the name or the number of a group/,
  )
  assert.equal((await valueOf('blobOffload', [], { ...proxy, LONGSHORE_BLOB_OFFLOAD: 'nginx:/a/b-1/' }))?.value, 'nginx:/a/b-1/')
})

test('where blobs lie: the data folder or a bucket, never with a secret in the URL, and none is shown', async () => {
  assert.equal((await valueOf('blobs', []))?.value, 'files')
  const url = 's3://images/registry?endpoint=http://10.0.0.1:9000&sse=AES256'
  assert.equal((await valueOf('blobs', [], { LONGSHORE_BLOBS: url }))?.value, url)
  const problem = async (text: string) => (await runCli(['config', '--data-dir', dataDir], { LONGSHORE_BLOBS: text })).problem
  assert.match(await problem('bucket'), /LONGSHORE_BLOBS: expected files, s3:\/\/BUCKET\/PREFIX.*azblob:\/\/ACCOUNT/)
  assert.match(await problem('s3://images?regio=x'), /these parameters.*region, endpoint, publicEndpoint/)
  for (const secret of ['s3://AKIA:hush@images', 's3://images?secretAccessKey=hush', 's3://images?endpoint=http://a:hush@10.0.0.1']) {
    const told = await problem(secret)
    assert.match(told, /no credentials in the URL/)
    assert.doesNotMatch(told, /hush/)
  }
  const wrong = [
    ['LONGSHORE_BLOBS', 'https://account.blob.example.org/images?sv=2024&sig=hush'],
    ['LONGSHORE_BLOBS', 's3://AKIA:a/hush@images'],
    ['LONGSHORE_STORE', 'postgres://longshore:hush@db'],
    ['LONGSHORE_STORE', 'postgres://longshore:a/hush@db/registry'],
    ['LONGSHORE_STORE', 'host=db password=hush'],
    ['LONGSHORE_PUBLIC_URL', 'https://me:hush@registry.example.org'],
  ] as const
  for (const [name, text] of wrong) {
    const told = (await runCli(['config', '--data-dir', dataDir], { [name]: text })).problem
    assert.match(told, new RegExp(`^longshore: ${name}: expected`))
    assert.doesNotMatch(told, /hush/)
  }
})
