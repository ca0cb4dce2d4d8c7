// A PostgreSQL that asks for passwords and a bucket, which the node reaches.
import { type OwnDatabase, ownDatabase } from '../stores/own-database.ts'
import { startPostgres } from '../stores/postgres-server.ts'
import { startRadosgw } from '../stores/radosgw.ts'
import type { Cluster } from './node.ts'
import { relayTo } from './relay.ts'

export interface Stores {
  database: OwnDatabase
  /** As pods have them. */
  databaseUrl: string
  bucketUrl: string
  /** Of the bucket, as a Secret has them. */
  keys: { AWS_ACCESS_KEY_ID: string; AWS_SECRET_ACCESS_KEY: string }
  stop: () => void
}

export async function startStores({ machine: { outside } }: Cluster, password: string): Promise<Stores> {
  const ends: (() => void)[] = []
  const stop = () => {
    for (const end of ends.splice(0).reverse()) end()
  }
  const outsidePort = async (port: string) => {
    const relay = await relayTo(Number(port), outside)
    ends.push(relay.stop)
    return `${outside}:${relay.port}`
  }
  try {
    const postgres = await startPostgres({ asksForPasswords: true })
    ends.push(postgres.stop)
    const objects = await startRadosgw()
    ends.push(objects.stop)
    const database = await ownDatabase(postgres, password)
    const bucket = await objects.make()
    const { port, pathname } = new URL(database.url)
    return {
      database,
      databaseUrl: `postgres://${database.user}@${await outsidePort(port)}${pathname}?sslmode=disable`,
      bucketUrl: `s3://${bucket}/registry?endpoint=http://${await outsidePort(new URL(objects.endpoint).port)}`,
      keys: { AWS_ACCESS_KEY_ID: objects.accessKeyId, AWS_SECRET_ACCESS_KEY: objects.secretAccessKey },
      stop,
    }
  } catch (error) {
    stop()
    throw error
  }
}

export const secretOf = (namespace: string) => (name: string, data: Record<string, Buffer | string>) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace },
  data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')])),
})
