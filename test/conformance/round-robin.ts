// Three servers of one PostgreSQL and one bucket, behind an nginx that gives each request to the next of them.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startDaemon } from '../clients/daemon.ts'
import { startPostgres } from '../stores/postgres-server.ts'
import { startRadosgw } from '../stores/radosgw.ts'
import { type Cluster, startCluster } from '../world/cluster.ts'
import type { Target } from '../world/send.ts'
import { freePort } from '../world/free-port.ts'

export interface RoundRobin {
  /** What clients see. */
  front: Pick<Target, 'address' | 'user' | 'password'>
  cluster: Cluster
  stop(): Promise<void>
}

export async function startRoundRobin(many = 3): Promise<RoundRobin> {
  const [postgres, store] = await Promise.all([startPostgres(), startRadosgw()])
  Object.assign(process.env, store.environment)
  const port = await freePort()
  const cluster = await startCluster(await postgres.database(), many, {
    blobs: store.url(await store.make()),
    publicUrl: `http://127.0.0.1:${port}`,
    names: '127.0.0.1',
    trustedProxies: '127.0.0.1',
    sparse: 'all',
  })
  const folder = mkdtempSync(join(tmpdir(), 'longshore-round-robin-'))
  mkdirSync(join(folder, 'logs'))
  writeFileSync(join(folder, 'nginx.conf'), configurationOf(cluster, port, folder))
  const front = { address: { host: '127.0.0.1', port }, user: cluster.servers[0]?.user ?? '', password: cluster.servers[0]?.password ?? '' }
  const nginx = await startDaemon('nginx', ['-e', 'stderr', '-p', folder, '-c', join(folder, 'nginx.conf')], {
    ready: async () => (await fetch(`http://127.0.0.1:${port}/v2/`)).status === 401,
  })
  return {
    front,
    cluster,
    stop: async () => {
      await nginx.stop()
      await cluster.stop()
      postgres.stop()
      store.stop()
      rmSync(folder, { recursive: true })
    },
  }
}

function configurationOf({ servers }: Cluster, port: number, folder: string): string {
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')
  const upstream = servers.map(({ address }) => `server ${address.host}:${address.port};`).join(' ')
  return `daemon off; pid ${folder}/pid; worker_processes 1; error_log stderr error;
events { worker_connections 256; }
http { access_log off; ${paths}
  upstream longshore { ${upstream} keepalive 16; }
  server {
    listen 127.0.0.1:${port};
    client_max_body_size 0;
    location / {
      proxy_pass http://longshore;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_request_buffering off;
      proxy_buffering off;
    }
  }
}`
}
