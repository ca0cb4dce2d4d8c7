import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { stopProcess } from '../processes.ts'
import type { BasicCredential } from '../wire/authorization.ts'
import { Connection } from '../wire/connection.ts'
import { Endpoint } from '../wire/endpoint.ts'

export const serverNames = ['longshore', 'zot', 'zot-commit', 'distribution', 'docker-registry', 'nginx', 'longshore-nginx'] as const
export type ServerName = (typeof serverNames)[number]

/** A bucket of a store that speaks S3. */
export interface Bucket {
  endpoint: string
  name: string
  accessKeyId: string
  secretAccessKey: string
}

export interface Place {
  /** A fresh folder for the server's data, its configuration and its log. */
  folder: string
  /** The processor that the server is held to; undefined leaves it all of them. */
  core?: number | undefined
  /** Errors only in a peer's log; otherwise each server logs as it does by default, into a file. */
  quietLog?: boolean | undefined
  /** V8 flags, for Longshore only. */
  nodeFlags?: readonly string[] | undefined
  /** More of its environment, for Longshore only. */
  environment?: Record<string, string> | undefined
  /** Where distribution keeps its blobs; without one on the disk. */
  bucket?: Bucket | undefined
}

/** A server that we started. */
export class Server extends Endpoint {
  readonly name: ServerName
  readonly folder: string
  private readonly process: ChildProcess
  private readonly behind: Server | undefined

  /** `behind`: what it is a front of, and is ended with. */
  constructor(name: ServerName, port: number, folder: string, process: ChildProcess, credential?: BasicCredential, behind?: Server) {
    super(port, credential)
    this.name = name
    this.folder = folder
    this.process = process
    this.behind = behind
  }

  get pid(): number {
    if (this.process.pid === undefined) throw new Error(`${this.name} has no process`)
    return this.process.pid
  }

  /** How it ended, or undefined while it runs. */
  get ended(): string | undefined {
    const { exitCode, signalCode } = this.process
    return exitCode === null && signalCode === null ? undefined : `exit ${exitCode ?? signalCode}`
  }

  /** What it wrote last, for the report of a failure. */
  lastWords(): string {
    return readFileSync(`${this.folder}/log`, 'utf8').slice(-1500)
  }

  async stop(): Promise<void> {
    await stopProcess(this.process)
    await this.behind?.stop()
  }
}

/** Waits until GET `path` answers 200, or 401 where a registry wants a token. */
export async function untilReady(child: ChildProcess, port: number, path: string, log: string): Promise<void> {
  const deadline = performance.now() + 30_000
  while (performance.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) break
    const connection = new Connection(port, 64 * 1024)
    try {
      const { status } = await connection.send({ method: 'GET', path })
      if (status === 200 || status === 401) return
    } catch {
      // Not listening yet.
    } finally {
      connection.close()
    }
    await sleep(50)
  }
  throw new Error(`did not become ready: ${readFileSync(log, 'utf8').slice(-1500)}`)
}
