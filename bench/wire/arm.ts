import type { Server } from '../servers/server.ts'
import { Connection, type Response } from './connection.ts'

type Body = Record<string, unknown>

/** The control plane as a program speaks to it, on one connection; anything unexpected throws. */
export class ArmClient {
  private readonly connection: Connection
  private readonly token: string

  constructor(server: Pick<Server, 'port'>, token: string) {
    this.connection = new Connection(server.port, 256 * 1024)
    this.token = token
  }

  close(): void {
    this.connection.close()
  }

  async get(path: string): Promise<Body> {
    return parsed(await this.send('GET', path))
  }

  /** The answer's length alone: the reader must not be what is measured. */
  async read(path: string): Promise<number> {
    return (await this.send('GET', path)).body.length
  }

  async write(method: 'PUT' | 'POST' | 'PATCH' | 'DELETE', path: string, body: unknown = {}): Promise<Body> {
    return parsed(await this.send(method, path, Buffer.from(JSON.stringify(body))))
  }

  private async send(method: string, path: string, body?: Buffer): Promise<Response> {
    const headers = { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' }
    const answer = await this.connection.send({ method, path, headers, ...(body ? { body } : {}) })
    if (answer.status >= 200 && answer.status < 300) return answer
    throw new Error(`${method} ${path}: ${answer.status} ${answer.body.toString('utf8', 0, 300)}`)
  }
}

const parsed = ({ body }: Response): Body => (body.length === 0 ? {} : (JSON.parse(body.toString()) as Body))

/** A token for the control plane, for a person or for a program. */
export async function directoryToken(server: Pick<Server, 'port'>, fields: Readonly<Record<string, string>>): Promise<string> {
  const connection = new Connection(server.port, 64 * 1024)
  try {
    const form = new URLSearchParams({ resource: 'https://management.azure.com/', ...fields }).toString()
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const answer = await connection.send({ method: 'POST', path: '/adfs/oauth2/token', headers, body: Buffer.from(form) })
    const { access_token: token } = parsed(answer)
    if (typeof token === 'string') return token
    throw new Error(`no token: ${answer.status} ${answer.body.toString('utf8', 0, 300)}`)
  } finally {
    connection.close()
  }
}
