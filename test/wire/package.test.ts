import assert from 'node:assert/strict'
import { chmodSync, chownSync, existsSync, globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Spoken, spawnProgram, onFreePorts } from '../world/cli-run.ts'

const checkout = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'longshore-package-'))
const prefix = join(folder, 'prefix')
const installed = join(prefix, 'lib', 'node_modules', 'longshore')
const nobody = 65534

async function npm(...words: string[]): Promise<void> {
  const { HOME = '', ...env } = process.env as Record<string, string>
  const ran = spawnProgram('npm', words, { ...env, HOME })
  const { code } = await ran.ended
  assert.equal(code, 0, ran.problem())
}

before(async () => {
  chmodSync(folder, 0o755)
  process.chdir(checkout)
  await npm('pack', '--pack-destination', folder)
  const [tarball = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'))
  await npm('install', '--global', '--prefix', prefix, '--prefer-offline', '--no-audit', '--no-fund', join(folder, tarball))
})
after(() => rmSync(folder, { recursive: true }))

test('the package has JavaScript alone: no TypeScript, no tests, no contracts', () => {
  assert.equal(existsSync(join(installed, 'src')), false)
  assert.equal(existsSync(join(installed, 'test')), false)
  const files = globSync('**/*', { cwd: join(installed, 'dist') })
  assert.ok(files.length > 100)
  assert.deepEqual(
    files.filter((name) => /\.ts$|\.(?:test|contract)\./.test(name)),
    [],
  )
})

test('every module in it names modules that are in it, and has each line where its source has it', () => {
  for (const path of globSync(join(installed, 'dist', '**', '*.js'))) {
    const code = readFileSync(path, 'utf8')
    const map = JSON.parse(readFileSync(`${path}.map`, 'utf8')) as { sourcesContent: string[]; mappings: string }
    const lines = map.sourcesContent[0]?.trimEnd().split('\n') ?? []
    assert.equal(code.trimEnd().split('\n').length, lines.length + 1, path)
    assert.ok(map.mappings.split(';').length >= lines.length)
    for (const [, specifier = ''] of code.matchAll(/(?:\bfrom |\bimport\(|\bimport |\bnew URL\()'([#.][^']*)'/g)) {
      const target = specifier.startsWith('#') ? join(installed, 'dist', specifier.slice(1)) : resolve(dirname(path), specifier)
      assert.ok(existsSync(target), `${path}: ${specifier}`)
    }
  }
})

test('it serves as a user who may write nothing but the data folder, without a home, at a low priority', async () => {
  const data = join(folder, 'data')
  mkdirSync(data, { mode: 0o700 })
  const asRoot = process.getuid?.() === 0
  if (asRoot) chownSync(data, nobody, nobody)
  const longshore = join(prefix, 'bin', 'longshore')
  const started: Spoken[] = []
  const start = (...words: string[]) => {
    const env = { ...onFreePorts(data), LONGSHORE_GC_LEASE: '1h' }
    const spoken = spawnProgram('nice', ['-n', '15', longshore, ...words], env, asRoot ? { uid: nobody, gid: nobody } : {})
    started.push(spoken)
    return spoken
  }
  try {
    const server = start('serve')
    await server.says('docker push')
    const [, address = '', password = ''] = /Addresses +(http:\S+)[^]*?Password +(\S+)/.exec(server.out()) ?? []
    const headers = { authorization: `Basic ${Buffer.from(`local:${password}`).toString('base64')}` }
    assert.equal((await fetch(`${address}/v2/`, { headers })).status, 200)
    assert.equal((await fetch(`${address}/v2/`)).status, 401)

    const shown = start('credential', 'show', '--output', 'json')
    assert.equal((await shown.ended).code, 0, shown.problem())
    assert.equal(JSON.parse(shown.out()).passwords[0].value, password)

    const backup = start('backup', join(data, 'copy'), '--output', 'json')
    assert.equal((await backup.ended).code, 0, backup.problem())

    server.child.kill('SIGTERM')
    assert.equal((await server.ended).code, 0, server.problem())
  } finally {
    for (const { child } of started) child.kill('SIGKILL')
  }
})

test('an error in it is told with the line of the source', async () => {
  const script = `import('${join(installed, 'dist', 'core', 'digest.js')}').then(({ parseDigest }) => parseDigest('x')).catch(({ stack }) => console.log(stack))`
  const ran = spawnProgram(process.execPath, ['--enable-source-maps', '--input-type=module', '-e', script], {})
  await ran.ended
  const line =
    readFileSync('src/core/digest.ts', 'utf8')
      .split('\n')
      .findIndex((each) => each.includes("throw new RegistryError('digest-invalid', 'invalid digest")) + 1
  assert.match(ran.out(), new RegExp(`digest\\.ts:${line}:`))
})
