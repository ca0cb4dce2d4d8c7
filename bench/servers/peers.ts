import { mkdirSync, writeFileSync } from 'node:fs'
import { freePort, pinned, startProcess, stopProcess } from '../processes.ts'
import { type Bucket, type Place, Server, type ServerName, untilReady } from './server.ts'

/** How a peer is started: its configuration file, written for a port and a data folder, and its command. */
interface Peer {
  file: string
  configuration(port: number, data: string, quiet: boolean, bucket: Bucket | undefined): string
  command(program: string, configurationFile: string): string[]
  readyPath: string
}

const distributionYaml = (port: number, data: string, quiet: boolean, bucket?: Bucket): string => `version: 0.1
${quiet ? 'log: { level: error, accesslog: { disabled: true } }' : ''}
storage:
  ${bucket ? `s3: ${s3Of(bucket)}\n  redirect: { disable: true }` : `filesystem: { rootdirectory: ${data} }`}
  delete: { enabled: true }
catalog: { maxentries: 1000 }
http: { addr: "127.0.0.1:${port}", secret: bench }
`

/** As it comes but for the size of its parts, which is ours. */
const s3Of = ({ endpoint, name, accessKeyId, secretAccessKey }: Bucket): string =>
  `{ region: us-east-1, regionendpoint: "${endpoint}", forcepathstyle: true, bucket: ${name}, accesskey: ${accessKeyId}, secretkey: ${secretAccessKey}, secure: false, chunksize: 8388608 }`

const zotJson = (port: number, data: string, quiet: boolean, storage: object): string =>
  JSON.stringify({
    distSpecVersion: '1.1.1',
    storage: { rootDirectory: data, ...storage },
    http: { address: '127.0.0.1', port: String(port) },
    ...(quiet ? { log: { level: 'error' } } : {}),
  })

const nginxConfiguration = (port: number, data: string): string => `${process.getuid?.() === 0 ? 'user root;' : ''}
worker_processes 1;
daemon off;
pid ${data}/../nginx.pid;
error_log stderr error;
events { worker_connections 512; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000;
  client_body_temp_path ${data}/../body;
  proxy_temp_path ${data}/../proxy;
  fastcgi_temp_path ${data}/../fastcgi;
  uwsgi_temp_path ${data}/../uwsgi;
  scgi_temp_path ${data}/../scgi;
  server {
    listen 127.0.0.1:${port};
    location = /ready { return 200; }
    location / { root ${data}; }
  }
}
`

type PeerName = Exclude<ServerName, 'longshore' | 'longshore-nginx'>

const peers: Record<PeerName, Peer> = {
  zot: {
    file: 'zot.json',
    configuration: (port, data, quiet) => zotJson(port, data, quiet, {}),
    command: (program, file) => [program, 'serve', file],
    readyPath: '/v2/',
  },
  'zot-commit': {
    file: 'zot.json',
    configuration: (port, data, quiet) => zotJson(port, data, quiet, { commit: true }),
    command: (program, file) => [program, 'serve', file],
    readyPath: '/v2/',
  },
  distribution: {
    file: 'registry.yml',
    configuration: distributionYaml,
    command: (program, file) => [program, 'serve', file],
    readyPath: '/v2/',
  },
  'docker-registry': {
    file: 'registry.yml',
    configuration: distributionYaml,
    command: (program, file) => [program, 'serve', file],
    readyPath: '/v2/',
  },
  nginx: {
    file: 'nginx.conf',
    configuration: nginxConfiguration,
    command: (program, file) => [program, '-e', 'stderr', '-c', file],
    readyPath: '/ready',
  },
}

export async function startPeer(name: PeerName, program: string, place: Place): Promise<Server> {
  const peer = peers[name]
  const port = await freePort()
  const data = `${place.folder}/data`
  mkdirSync(data, { recursive: true })
  const configurationFile = `${place.folder}/${peer.file}`
  writeFileSync(configurationFile, peer.configuration(port, data, place.quietLog === true, place.bucket))
  const log = `${place.folder}/log`
  const child = startProcess(pinned(peer.command(program, configurationFile), place.core), log, {
    env: { ...process.env, OTEL_TRACES_EXPORTER: 'none' },
    cwd: place.folder,
  })
  try {
    await untilReady(child, port, peer.readyPath, log)
  } catch (error) {
    await stopProcess(child)
    throw error
  }
  return new Server(name, port, place.folder, child)
}
