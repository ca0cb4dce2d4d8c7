import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { freePort, pinned, startProcess, stopProcess } from '../processes.ts'
import { startLongshore } from './longshore.ts'
import { type Place, Server, untilReady } from './server.ts'

const papers = fileURLToPath(new URL('../../docs/operations.md', import.meta.url))
const prefix = '/longshore-objects/'

/** Longshore with an nginx before it that sends the bytes of blobs, by the recipe of docs/operations.md. Both run as who runs this. */
export async function startOffloaded(nginx: string, place: Place): Promise<Server> {
  const folder = `${place.folder}/nginx`
  mkdirSync(folder)
  const environment = { ...place.environment, LONGSHORE_TRUSTED_PROXIES: '127.0.0.1', LONGSHORE_BLOB_OFFLOAD: `nginx:${prefix}` }
  const longshore = await startLongshore({ ...place, environment })
  const port = await freePort()
  const configuration = `${folder}/nginx.conf`
  writeFileSync(configuration, configurationOf(port, { port: longshore.port, objects: `${place.folder}/data/objects/`, folder }))
  const child = startProcess(pinned([nginx, '-e', 'stderr', '-c', configuration], place.core), `${place.folder}/log`, { cwd: folder })
  try {
    await untilReady(child, port, '/v2/', `${place.folder}/log`)
  } catch (error) {
    await Promise.all([stopProcess(child), longshore.stop()])
    throw error
  }
  return new Server('longshore-nginx', port, place.folder, child, longshore.credential, longshore)
}

function configurationOf(port: number, longshore: { port: number; objects: string; folder: string }): string {
  const recipe = /```nginx\n((?:(?!```)[^])*internal;[^]*?)```/.exec(readFileSync(papers, 'utf8'))?.[1]
  if (recipe === undefined) throw new Error(`${papers} has no recipe for nginx that sends the bytes`)
  const here = recipe
    .replace('127.0.0.1:5000', `127.0.0.1:${longshore.port}`)
    .replace('listen 443 ssl;', `listen 127.0.0.1:${port};`)
    .replaceAll(/^ *ssl_certificate.*\n/gm, '')
    .replace('/var/lib/longshore/objects/', longshore.objects)
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${longshore.folder}/${name};`)
  return `${process.getuid?.() === 0 ? 'user root;' : ''}
worker_processes 1;
daemon off;
pid ${longshore.folder}/pid;
events { worker_connections 512; }
http {
  access_log off;
  keepalive_requests 1000000;
  ${paths.join('\n  ')}
${here}}
`
}
