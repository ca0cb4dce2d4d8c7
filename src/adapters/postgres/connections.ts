import { readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import {
  Client,
  type ClientConfig,
  DatabaseError,
  Pool,
  type PoolClient,
  type QueryConfig,
  type QueryResult,
  type QueryResultRow,
} from 'pg'
import { columnTypes } from './column-types.ts'
import { hostsOf } from './hosts.ts'
import { Lanes } from './lanes.ts'
import { begin, NotPrimary, sessionQuestion, type Session } from './session.ts'
import { Timelines } from './timelines.ts'

export interface PoolOptions {
  /** `postgres://user@host:port/database`, with `sslmode` and `sslrootcert` where it is reached over TLS; several hosts have commas between. */
  url: string
  /** Read again for each new connection. */
  passwordFile?: string | undefined
  /** Open at once, at most. */
  connections: number
  /** That a statement may take, in milliseconds. */
  timeout?: number
}

/** In milliseconds. */
const longestConnecting = 5_000
const fewFor = 5_000
const betweenTries = 200
const longestLock = 5_000
const longestIdle = 10_000
const quietBeforeProbes = 5_000

/** What a server of the database does for a client that is gone without a word: its locks and transactions are others' within half a minute. */
const aliveness = { tcp_keepalives_idle: 10, tcp_keepalives_interval: 5, tcp_keepalives_count: 3, tcp_user_timeout: 20_000 }

/** Of a pooler: it passes on no parameters of a session. */
const unsupportedParameter = /unsupported startup parameter/

/** A statement with an end of its own, where the client waits for less than for others. */
export type Bounded = QueryConfig & { query_timeout?: number }

/** What it knows of the connection after a failure: an answer of the database leaves it as it was. */
const isAnswer = (error: unknown): boolean => error instanceof DatabaseError && error.severity === 'ERROR' && error.code !== readOnly
export const readOnly = '25006'

const hung = 'Query read timeout'

/**
 * Connections to the one server of a PostgreSQL that takes writes, with bounds for whatever may wait there. Where several hosts are named, each
 * new connection goes to the one that was right last, and to the next where that is away or takes none.
 */
export class Connections {
  /** Who writes may wait for another's lock, and never has all connections: what each request asks first, and who pulls, is answered meanwhile. */
  readonly writers: Lanes
  readonly #hosts: readonly URL[]
  readonly #pool: Pool
  readonly #base: ClientConfig
  readonly #limits: Readonly<Record<string, number>>
  readonly #timeout: number
  readonly #most: number
  readonly #passwordFile: string | undefined
  readonly #timelines = new Timelines()
  /** When each was known to answer, and up to when none is believed. */
  readonly #answered = new WeakMap<object, number>()
  #doubted = -1
  /** How many promotions were seen when each was looked at: one that was at work when another was seen may be of what that left behind. */
  readonly #seen = new WeakMap<object, number>()
  #host = 0
  #isPooled = false
  #growing: NodeJS.Timeout | undefined
  #answersEarly = false

  constructor({ url, passwordFile, connections, timeout = 15_000 }: PoolOptions) {
    this.#hosts = (hostsOf(url) ?? []).map(verified)
    if (this.#hosts.length === 0) throw new Error('no URL of a PostgreSQL')
    this.#timeout = timeout
    this.writers = new Lanes(Math.max(1, Math.floor(connections * 0.75)), longestConnecting)
    this.#most = connections
    this.#limits = { lock_timeout: longestLock, statement_timeout: timeout, idle_in_transaction_session_timeout: longestIdle }
    this.#base = {
      application_name: 'longshore',
      keepAlive: true,
      keepAliveInitialDelayMillis: quietBeforeProbes,
      types: columnTypes,
    }
    this.#passwordFile = passwordFile
    // Where the other end is gone without a word nobody waits for its statement for ever.
    const chosen = () => this.#client({ ...aliveness, ...this.#limits }, { query_timeout: timeout + 1000 })
    // The pool makes one with `new`, which gives what this returns.
    const Chosen = function () {
      return chosen()
    } as unknown as typeof Client
    this.#pool = new Pool({
      Client: Chosen,
      max: connections,
      connectionTimeoutMillis: longestConnecting,
      onConnect: (client) => this.#inspect(client as PoolClient) as unknown as void,
    } as ConstructorParameters<typeof Pool>[0])
    // A connection that breaks is replaced by the pool; without a listener it would end the process.
    this.#pool.on('error', () => {})
    this.#pool.on('connect', (client) => client.on('error', () => {}))
  }

  /** Where a pooler keeps no settings of a session, each transaction says them; it begins with this. So does one whose COMMIT would be answered too early. */
  get begin(): string {
    const settings = { ...(this.#isPooled ? this.#limits : {}), ...(this.#answersEarly ? { synchronous_commit: 'on' as const } : {}) }
    return [begin, ...localSettings(settings)].join('; ')
  }

  /** Whether a pooler stands between, as far as connections were made: what a session holds may then be another's. */
  get isPooled(): boolean {
    return this.#isPooled
  }

  /** A connection to be given back; it was right a moment ago. */
  async take(): Promise<PoolClient> {
    const until = performance.now() + longestConnecting
    for (let failures = 0; ; ) {
      const host = this.#host
      const wasPooled = this.#isPooled
      try {
        const client = await this.#pool.connect()
        if (this.#isCurrent(client) && (this.#answered.get(client) ?? 0) > this.#doubted) return client
        client.release(true)
      } catch (error) {
        if (unsupportedParameter.test(String(error)) && !wasPooled) {
          this.#isPooled = true
          continue
        }
        if (isWaiting(error)) throw error
        if (isFull(error) && performance.now() < until) {
          this.#makeDo()
          if (this.#pool.totalCount === 0) await pause(betweenTries)
          continue
        }
        if (this.#host === host) this.#host = (host + 1) % this.#hosts.length
        if (++failures >= this.#hosts.length) throw error
      }
    }
  }

  /** @param failure of the last statement on it; one that was not answered ends it, since what it would say next is not known */
  give(client: PoolClient, failure?: unknown): void {
    if (this.#isCurrent(client) && (failure === undefined || isAnswer(failure))) {
      this.#answered.set(client, performance.now())
      return client.release()
    }
    if (String(failure).includes(hung) || isReadOnly(failure)) this.doubt()
    client.release(true)
  }

  /** Connections that rest are asked by nobody before they are opened anew: where one does not answer, those beside it will not either. */
  doubt(): void {
    this.#doubted = performance.now()
  }

  readonly query = async <Row extends QueryResultRow>(statement: string | Bounded, values?: unknown[]): Promise<QueryResult<Row>> => {
    const client = await this.take()
    try {
      const result = await client.query<Row>(statement as QueryConfig, values)
      this.give(client)
      return result
    } catch (error) {
      this.give(client, error)
      throw error
    }
  }

  /** A connection beside the others, for what may take long: nothing ends it but its own end. */
  async own(): Promise<Client> {
    // Which host is right, and whether a pooler stands before it.
    ;(await this.take()).release()
    const client = this.#client({ ...aliveness, lock_timeout: 0, statement_timeout: 0, idle_in_transaction_session_timeout: 0 })
    client.on('error', () => {})
    await client.connect()
    return client
  }

  end(): Promise<void> {
    clearTimeout(this.#growing)
    return this.#pool.end()
  }

  /** The database takes no more connections: those that are there are waited for, as if no more had been asked for, and after a while more are tried. */
  #makeDo(): void {
    this.#pool.options.max = Math.max(1, this.#pool.totalCount)
    clearTimeout(this.#growing)
    this.#growing = setTimeout(() => (this.#pool.options.max = this.#most), fewFor).unref()
  }

  #client(settings: Readonly<Record<string, number>>, more: ClientConfig = {}): Client {
    const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`)
    const client = new Client({
      ...this.#base,
      ...more,
      connectionString: (this.#hosts[this.#host] as URL).href,
      ...(this.#isPooled ? {} : { options: options.join(' ') }),
    })
    const file = this.#passwordFile
    // Not among the settings: there the URL wins, whose password is empty.
    if (file !== undefined) {
      const password = async () => (await readFile(file, 'utf8')).trim()
      Object.defineProperty(client, 'password', { value: password, writable: true, configurable: true })
    }
    return client
  }

  async #inspect(client: PoolClient): Promise<void> {
    const bounded = { query_timeout: Math.min(longestConnecting, this.#timeout) }
    const { rows } = await client.query<Session>({ text: sessionQuestion, ...bounded } as QueryConfig)
    const session = rows[0]
    if (!session || session.standby || session.readOnly) throw new NotPrimary('this server of the database takes no writes')
    // A pooler may also take the parameters and forget them.
    if (session.lockTimeout !== longestLock) this.#isPooled = true
    if (session.answersEarly) this.#answersEarly = true
    this.#seen.set(client, await this.#timelines.look(client, bounded))
    this.#answered.set(client, performance.now())
  }

  #isCurrent = (client: PoolClient): boolean => this.#seen.get(client) === this.#timelines.promotions
}

/** The driver means the same by these, and says so on standard error, each time. */
function verified(host: URL): URL {
  const mode = host.searchParams.get('sslmode') ?? ''
  if (['prefer', 'require', 'verify-ca'].includes(mode) && !host.searchParams.has('uselibpqcompat'))
    host.searchParams.set('sslmode', 'verify-full')
  return host
}

export const localSettings = (settings: Readonly<Record<string, number | 'on'>>): string[] =>
  Object.entries(settings).map(([name, value]) => `SET LOCAL ${name} = ${value}`)

/** Of the database, of a role or of a database in it. */
const isFull = (error: unknown): boolean => error instanceof DatabaseError && error.code === '53300'

/** All connections were busy; nobody was asked. */
const isWaiting = (error: unknown): boolean => String(error).includes('timeout exceeded when trying to connect')

export const isReadOnly = (error: unknown): boolean => error instanceof DatabaseError && error.code === readOnly
