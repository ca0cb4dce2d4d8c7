import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { freePort } from '../world/free-port.ts'
import { answers, endStoreWithUs, type ObjectStoreServer } from './object-store.ts'

export interface RadosgwServer extends ObjectStoreServer {
  accessKeyId: string
  secretAccessKey: string
  /** Each object of a bucket in another one, as its own tools would copy it. */
  copy(from: string, to: string): Promise<void>
  move(bucket: string, key: string, to: string): Promise<void>
}

/** Of a part; what S3 itself asks for is 5 MiB, so small that a contract about kilobytes meets several of them. */
const smallestPart = 64 * 1024

const programs = ['ceph-mon', 'ceph-osd', 'radosgw', 'radosgw-admin', 'ceph-authtool', 'monmaptool', 'ceph']

function refuseWithout(): void {
  const missing = programs.filter((name) => !existsSync(join('/usr/bin', name)))
  if (missing.length > 0)
    throw new Error(`Ceph is not installed (${missing.join(', ')}): npm run test:stores installs it (Debian, as root)`)
}

/** The variable with the address of one that whoever runs the tests has started for all of them. */
export const sharedRadosgw = 'TEST_RADOSGW'

/**
 * A Ceph all in memory, with the gateway that speaks S3: the one for all tests where there is one, else one of our own.
 * @param bytes that it holds; the default is enough for any test
 */
export async function startRadosgw({ bytes }: { bytes?: number } = {}): Promise<RadosgwServer> {
  const shared = process.env[sharedRadosgw]
  if (shared !== undefined && bytes === undefined) return serverAt(shared, () => {})
  return startOwn(bytes ?? 2 * 1024 ** 3)
}

const [accessKeyId, secretAccessKey] = ['TESTKEY', 'TESTSECRET'] as const

const serverAt = (endpoint: string, stop: () => void): RadosgwServer => ({
  kind: 's3',
  endpoint,
  environment: { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
  secret: secretAccessKey,
  accessKeyId,
  secretAccessKey,
  url: (bucket, { prefix = '', endpoint: other = endpoint } = {}) => `s3://${bucket}/${prefix}?endpoint=${other}`,
  ...bucketsAt(endpoint, { accessKeyId, secretAccessKey }),
  stop,
})

async function startOwn(bytes: number): Promise<RadosgwServer> {
  refuseWithout()
  const folder = mkdtempSync(join(tmpdir(), 'longshore-ceph-'))
  const children: ChildProcess[] = []
  try {
    const [monitor, endpointPort] = [await freePort(), await freePort()]
    const config = join(folder, 'ceph.conf')
    const keyring = join(folder, 'keyring')
    for (const name of ['mon', 'osd', 'rgw', 'run']) mkdirSync(join(folder, name))
    const cluster = randomUUID()
    writeFileSync(config, configOf({ folder, cluster, keyring, monitor, endpointPort, bytes }))
    const run = (program: string, ...args: string[]) => {
      const done = spawnSync(program, args, { encoding: 'utf8', cwd: folder, timeout: 60_000 })
      if (done.status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${done.status}: ${done.stderr || done.stdout}`)
      return done.stdout
    }
    const begin = (program: string, ...args: string[]) => {
      const child = spawn(program, ['-c', config, '-f', ...args], { stdio: ['ignore', 'pipe', 'pipe'], cwd: folder })
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (said: Buffer) => existsSync(folder) && appendFileSync(join(folder, `${program}.said`), said))
      children.push(child)
    }
    makeKeys(keyring, run)
    const map = join(folder, 'monmap')
    run('monmaptool', '--create', '--clobber', '--fsid', cluster, '--addv', 'a', `[v2:127.0.0.1:${monitor}]`, map)
    run('ceph-mon', '-c', config, '--mkfs', '-i', 'a', '--monmap', map, '--keyring', keyring)
    begin('ceph-mon', '-i', 'a')
    const disk = randomUUID()
    run('ceph', '-c', config, 'osd', 'new', disk, '0')
    run('ceph-osd', '-c', config, '-i', '0', '--mkfs', '--osd-uuid', disk)
    begin('ceph-osd', '-i', '0')
    begin('radosgw', '-n', 'client.rgw')
    const endpoint = `http://127.0.0.1:${endpointPort}`
    await answers(endpoint)
    const keys = [`--access-key=${accessKeyId}`, `--secret-key=${secretAccessKey}`]
    run('radosgw-admin', '-c', config, 'user', 'create', '--uid=test', '--display-name=test', ...keys)
    const pids = children.flatMap(({ pid }) => pid ?? [])
    const watcher = endStoreWithUs(pids, folder)
    const stop = () => {
      watcher.forget()
      for (const child of children) child.kill('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    }
    return serverAt(endpoint, stop)
  } catch (error) {
    for (const child of children) child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}

function makeKeys(keyring: string, run: (program: string, ...args: string[]) => string): void {
  const all = (...services: string[]) => services.flatMap((service) => ['--cap', service, 'allow *'])
  run('ceph-authtool', '-C', keyring, '--gen-key', '-n', 'mon.', ...all('mon'))
  run('ceph-authtool', keyring, '--gen-key', '-n', 'client.admin', ...all('mon', 'osd', 'mgr'))
  run('ceph-authtool', keyring, '--gen-key', '-n', 'osd.0', '--cap', 'mon', 'allow profile osd', ...all('osd', 'mgr'))
  run('ceph-authtool', keyring, '--gen-key', '-n', 'client.rgw', '--cap', 'mon', 'allow rw', ...all('osd', 'mgr'))
}

interface Places {
  folder: string
  cluster: string
  keyring: string
  monitor: number
  endpointPort: number
  bytes: number
}

const configOf = ({ folder, cluster, keyring, monitor, endpointPort, bytes }: Places): string => `[global]
fsid = ${cluster}
mon host = v2:127.0.0.1:${monitor}
public addr = 127.0.0.1
cluster addr = 127.0.0.1
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
keyring = ${keyring}
run dir = ${folder}/run
log file = ${folder}/$name.log
admin socket = ${folder}/run/$name.asok
mon data = ${folder}/mon
osd data = ${folder}/osd
rgw data = ${folder}/rgw
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
mon allow pool size one = true
osd crush chooseleaf type = 0
osd objectstore = memstore
memstore device bytes = ${bytes}
osd class load list = *
osd class default list = *
rgw frontends = beast endpoint=127.0.0.1:${endpointPort}
rgw multipart min part size = ${smallestPart}
`

/** What a test does behind the store's back. */
function bucketsAt(endpoint: string, credentials: { accessKeyId: string; secretAccessKey: string }) {
  const client = new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
  return {
    make: async (): Promise<string> => {
      const bucket = `b${randomUUID()}`
      await client.send(new CreateBucketCommand({ Bucket: bucket }))
      return bucket
    },
    keys: async (bucket: string): Promise<string[]> => {
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }))
      return Contents.flatMap(({ Key }) => Key ?? [])
    },
    copy: async (from: string, to: string): Promise<void> => {
      for (let token: string | undefined, first = true; first || token !== undefined; first = false) {
        const page = await client.send(
          new ListObjectsV2Command({ Bucket: from, ...(token === undefined ? {} : { ContinuationToken: token }) }),
        )
        for (const { Key } of page.Contents ?? [])
          await client.send(new CopyObjectCommand({ Bucket: to, Key, CopySource: `${from}/${Key}` }))
        token = page.NextContinuationToken
      }
    },
    move: async (bucket: string, key: string, to: string): Promise<void> => {
      await client.send(new CopyObjectCommand({ Bucket: bucket, Key: to, CopySource: `${bucket}/${key}` }))
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }))
    },
    change: async (bucket: string, key: string, change: (bytes: Buffer) => Uint8Array): Promise<void> => {
      const found = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
      const bytes = Buffer.from((await found.Body?.transformToByteArray()) ?? [])
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: change(bytes) }))
    },
  }
}

if (import.meta.main) {
  const { endpoint, environment, make, url, stop } = await startRadosgw()
  console.log(JSON.stringify({ endpoint, ...environment, LONGSHORE_BLOBS: url(await make()) }))
  process.once('SIGTERM', () => {
    stop()
    process.exit()
  })
}
