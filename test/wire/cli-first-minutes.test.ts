import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { globSync, mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { failure } from '#cli/shell.ts'
import { programName } from '#main/program-name.ts'
import { onFreePorts, program, runCli, spawnProgram } from '../world/cli-run.ts'
import { makeDataDirectory, removeDataDirectory, Server } from '../world/server.ts'

let server: Server
let env: Record<string, string>
const nowhere = makeDataDirectory()
before(async () => {
  server = await Server.start({ https: '127.0.0.1:0' })
  env = { LONGSHORE_DATA_DIR: server.dataDir }
})
after(async () => {
  await server.stop()
  removeDataDirectory(nowhere)
})

/** What a shell that evaluates the lines ends with, and where az would go in it. */
const evaluated = (lines: string) => {
  const { status, stdout } = spawnSync('sh', ['-c', 'eval "$1"; status=$?; printf %s "$ARM_CLOUD_METADATA_URL"; exit $status', 'sh', lines])
  return { status, cloud: stdout.toString() }
}

const failing: [what: string, words: string[], env: () => Record<string, string>][] = [
  ['where there is no registry', ['env'], () => ({ LONGSHORE_DATA_DIR: join(nowhere, 'none') })],
  ['with a wrong setting', ['env'], () => ({ ...env, LONGSHORE_SPARSE: 'x' })],
  ['with a wrong option', ['env', '--shel', 'sh'], () => env],
  ['with a wrong value', ['--nothing', 'env'], () => env],
]
for (const [what, words, given] of failing)
  test(`env that fails ${what} makes eval fail, and az with it, never Azure's own cloud`, async () => {
    const { code, out, problem } = await runCli(words, given())
    assert.notEqual(code, 0)
    assert.match(problem, /^longshore: /)
    assert.deepEqual(evaluated(out), { status: 1, cloud: 'https://longshore-env-failed.invalid' })
  })

test('the lines of a failure are those of the shell that was asked for', async () => {
  const given = { LONGSHORE_DATA_DIR: join(nowhere, 'none') }
  for (const shell of ['fish', 'powershell'] as const) {
    assert.equal((await runCli(['env', '--shell', shell], given)).out, failure[shell])
    assert.equal((await runCli(['env', `--shell=${shell}`], given)).out, failure[shell])
  }
  assert.match(failure.powershell, /throw/)
})

test('env that succeeds makes eval succeed', async () => {
  const { out } = await runCli(['env'], env)
  assert.equal(evaluated(out).status, 0)
})

test('what is no digest is a wrong command line, told in the language of the person', async () => {
  for (const [lang, said] of [
    ['en_US.UTF-8', '"sha256:12" is not allowed; expected sha256: and 64 hex digits'],
    ['fr_FR.UTF-8', '« sha256:12 » n’est pas permis ; attendu : sha256: et 64 chiffres'],
    ['es_ES.UTF-8', '«sha256:12» no está permitido; se esperaba sha256: y 64 cifras'],
  ] as const) {
    const { code, problem } = await runCli(['gc', '--explain', 'sha256:12'], { ...env, LANG: lang })
    assert.equal(code, 2)
    assert.ok(problem.includes(said), problem)
  }
})

test('a command that asks a running server loads nothing of what a server is made of', async () => {
  const coverage = join(nowhere, 'coverage')
  const asked = spawnProgram(process.execPath, [program, 'identity', 'user', 'list'], { ...env, NODE_V8_COVERAGE: coverage })
  assert.deepEqual(await asked.ended, { code: 0, signal: null })
  assert.match(asked.out(), /^owner@/m)
  const loaded = globSync(join(coverage, '*.json')).flatMap((file) => {
    const { result } = JSON.parse(readFileSync(file, 'utf8')) as { result: { url: string }[] }
    return result.flatMap(({ url }) => url.split('/src/')[1] ?? [])
  })
  assert.ok(loaded.includes('cli/identity-user.ts'))
  assert.deepEqual(
    loaded.filter((file) => file.startsWith('surfaces/')),
    [],
  )
})

test('what is printed to be typed works as it was started: a path, npx, or the plain word', async () => {
  const folder = join(nowhere, '..')
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  symlinkSync(program, join(bin, 'longshore'))
  assert.equal(programName({ path: `/nowhere:${bin}`, folder }), 'longshore')
  assert.equal(programName({ path: '/usr/bin', folder: join(program, '..', '..', 'docs') }), 'npx longshore')
  // npm refuses to run what another user installed.
  const another = statSync(program).uid + 4711
  assert.ok(programName({ path: '/nowhere', folder: dirname(program), user: another }).endsWith(program))
  const words = programName({ path: '/nowhere', folder })
  assert.match(execFileSync('sh', ['-c', `${words} --version`]).toString(), /^[0-9]+\.[0-9]+/)

  const dataDir = makeDataDirectory()
  const started = spawnProgram(process.execPath, [program, 'serve', '--data-dir', dataDir], {
    ...onFreePorts(nowhere),
    PATH: `${bin}:/usr/bin:/bin`,
  })
  await started.says('docker push')
  // A folder that was named is named in each line: typed as it is, the line finds it.
  assert.ok(started.out().includes(`eval "$(longshore env --data-dir ${dataDir})"`))
  for (const words of ['credential show', 'identity user reset-password owner', 'doctor'])
    assert.ok(started.out().includes(`"longshore ${words} --data-dir ${dataDir}"`), words)
  started.child.kill('SIGTERM')
  await started.ended
  removeDataDirectory(dataDir)
  const fromCheckout = makeDataDirectory()
  const other = spawnProgram(process.execPath, [program, 'serve'], onFreePorts(fromCheckout))
  await other.says('docker push')
  assert.match(other.out(), /eval "\$\(npx longshore env\)"/)
  assert.match(other.out(), /"npx longshore credential show"/)
  other.child.kill('SIGTERM')
  await other.ended
  removeDataDirectory(fromCheckout)
})

test('a failure that says what to type names the folder that was given, quoted where a shell needs it', async () => {
  const folder = join(nowhere, 'none here')
  const { problem } = await runCli(['usage', '--data-dir', folder])
  assert.ok(problem.includes(`"longshore serve --data-dir '${folder}'"`), problem)
  assert.ok((await runCli(['usage', `--data-dir=${folder}`])).problem.includes(`"longshore serve --data-dir '${folder}'"`))
  assert.ok((await runCli(['usage'], { LONGSHORE_DATA_DIR: folder })).problem.includes('"longshore serve"'))
})

test('registry list names each registry, and a name is found whatever its case', async () => {
  const { code, out } = await runCli(['registry', 'list', '--output', 'json'], env)
  assert.equal(code, 0)
  assert.deepEqual(
    (JSON.parse(out) as { name: string }[]).map((each) => each.name),
    ['local'],
  )
  assert.match((await runCli(['registry', 'list'], env)).out, /^NAME +SKU +STORAGE-LIMIT\nlocal +Premium +none\n$/)
  for (const words of [['usage'], ['credential', 'show'], ['registry', 'show']])
    assert.equal((await runCli([...words, '--registry', 'LoCaL'], env)).code, 0, words.join(' '))
})

test('a second service principal of a name is asked about, or needs --yes', async () => {
  const create = (...more: string[]) => runCli(['identity', 'sp', 'create', '--name', 'ci', '--output', 'json', ...more], env)
  const first = await create()
  assert.equal(first.code, 0, first.problem)
  const { appId } = JSON.parse(first.out) as { appId: string }
  const second = await create()
  assert.equal(second.code, 1)
  assert.equal(second.out, '')
  assert.match(second.problem, new RegExp(`already \\(application ${appId}\\): "longshore identity sp reset-credential ${appId}".*--yes`))
  const third = await create('--yes')
  assert.equal(third.code, 0)
  assert.notEqual((JSON.parse(third.out) as { appId: string }).appId, appId)
})

test('npm installs it under Node 20 without a word: no engine asks for more, and each script of an install is there', () => {
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, { engines?: { node?: string } }> }
  const wrong = Object.entries(lock.packages).filter(([, { engines }]) => {
    const ranges = (engines?.node ?? '*').split('||').map((each) => Number(/\d+/.exec(each)?.[0] ?? 0))
    return Math.min(...ranges) > 20
  })
  assert.deepEqual(wrong, [])
  const { scripts, files } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string>; files: string[] }
  for (const name of ['preinstall', 'install', 'postinstall', 'prepare']) {
    const [, file] = /^node (\S+)$/.exec(scripts[name] ?? '') ?? []
    if (file !== undefined) assert.ok(files.includes(file), `${name}: ${file}`)
  }
})

test('sizes and the words of a usage line are those of the language', async () => {
  const lines = async (LANG: string, ...words: string[]) => (await runCli(words, { ...env, LANG })).out
  await runCli(['registry', 'update', '--storage-limit', '1536MiB'], env)
  assert.match(await lines('en_GB', 'registry', 'show'), /1\.5 GiB/)
  assert.match(await lines('fr_FR', 'registry', 'show'), /1,5 Gio/)
  assert.match(await lines('es_ES', 'registry', 'show'), /1,5 GiB/)
  assert.match(await lines('en_GB', 'registry', '--help'), /longshore registry \[options\] \[command\]/)
  assert.match(await lines('fr_FR', 'registry', '--help'), /longshore registry \[options\] \[commande\]/)
  assert.match(await lines('es_ES', 'registry', '--help'), /longshore registry \[opciones\] \[orden\]/)
  assert.match(await lines('es_ES', 'registry', '--help'), /show \[opciones\]/)
})
