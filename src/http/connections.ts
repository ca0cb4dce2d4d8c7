import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { networkOf } from '#core/ip-address.ts'
import { onlySeat, type Seat } from '#core/seat.ts'
import { Doorway } from './doorway.ts'
import { type ConnectionsMemory, connectionsMemory, OpenConnections } from './open-connections.ts'
import { plainAddress } from './proxies.ts'
import { SlowReaders } from './slow-readers.ts'

export interface ConnectionLimits {
  most: number
  mostOfOne: number
  /** Their connections are other people's: they count for the whole only. */
  isProxy(address: string): boolean
  /** A client must take 1 KiB a second over so many milliseconds. */
  slowAfter: number
}

interface Connection {
  socket: Socket
  /** Answered now; an ended one is let go of by and by. */
  response: ServerResponse | undefined
  /** Something was asked on it. */
  asked: boolean
  /** Something was asked since the last look at what is in use. */
  inUse: boolean
  /** It counts no more. */
  leave(): void
  /** Requests that came before the answer of the one before them was out. */
  behind: { request: IncomingMessage; response: ServerResponse }[]
}

type Handle = (request: IncomingMessage, response: ServerResponse) => void

const own = Symbol('connection')
type Owned = (Socket | TLSSocket) & { [own]?: Connection }

/** Who has come, and what begins to read what it sends. */
interface Newcomer {
  socket: Owned
  from: string
  hash: number
  proxy: boolean
  serve(): void
}

/** More requests than these are not read before those before them are answered. */
const mostBehind = 16
/**
 * What one read of a socket brings is parsed whole: 64 KiB are 1,500 requests, which take 6 MiB. While so many wait at all connections of a
 * thread, a connection on which more than `mostBehind` do is cut off.
 */
const mostBehindOfAll = 8192
/** So often at most a thread with too many connections ends one. */
const balanceEvery = 250

/**
 * Every connection of the public listeners. There are so many at most, and so many from one address, at all threads together:
 * beyond that the oldest that rests makes room. Where none rests at this thread another one is asked to close one, and the new one waits a moment
 * (doorway.ts) before it is closed itself. One request of a connection at a time is handled, so that a client who sends on and on takes no more than its turn (RFC 9112 §9.3.2 asks for answers in that order).
 */
export class Connections {
  readonly #limits: ConnectionLimits
  readonly #slow: SlowReaders
  readonly #from = new Map<string, Set<Connection>>()
  readonly #open: OpenConnections
  readonly #isAlone: boolean
  readonly #doorway = new Doorway()
  #looking: NodeJS.Timeout | undefined
  #balancing: NodeJS.Timeout | undefined
  #hasTooMany = false
  /** Requests that wait behind others, of all connections. */
  #behind = 0

  constructor(
    limits: ConnectionLimits,
    seat: Seat = onlySeat,
    memory: ConnectionsMemory = connectionsMemory(limits.most, { columns: 1, seed: 0 }),
  ) {
    this.#limits = limits
    this.#slow = new SlowReaders(limits.slowAfter)
    this.#open = new OpenConnections(limits, seat, memory)
    this.#isAlone = seat.columns === 1
    this.#open.onWish((hash) => this.#makeRoomFor(hash))
    seat.bell.onRing(() => this.#doorway.roomMayBe())
  }

  /** At all threads. */
  get open(): number {
    return this.#open.all
  }

  /** Looks at what is in use, here and at the other threads; one may be ended until the next look. */
  balance(): void {
    let count = 0
    for (const same of this.#from.values())
      for (const connection of same) {
        if (connection.inUse || isUnderWay(connection.response)) count++
        connection.inUse = false
      }
    this.#hasTooMany = this.#open.tooManyInUse(count)
  }

  watch(server: Server): void {
    // Node's own listener begins to read: whoever has no place yet waits before it.
    const nodes = server.listeners('connection')
    server.removeAllListeners('connection')
    server.on('connection', (socket: Owned) => this.#come(socket, () => nodes.forEach((each) => each.call(server, socket))))
    server.on('secureConnection', (socket: TLSSocket & { _parent?: Owned } & Owned) => {
      const connection = socket._parent?.[own]
      if (connection) socket[own] = connection
    })
  }

  /** One after the other. */
  inTurn(handle: Handle): Handle {
    return (request, response) => {
      const socket: Owned = request.socket
      const connection = socket[own]
      if (!connection) return handle(request, response)
      if (connection.behind.length === 0 && !isUnderWay(connection.response)) {
        connection.response = response
        connection.asked = true
        connection.inUse = true
        if (this.#hasTooMany && hasNoBody(request)) this.#endWith(response)
        return handle(request, response)
      }
      if (connection.behind.length >= mostBehind && this.#behind >= mostBehindOfAll) return void socket.destroy()
      this.#behind++
      if (connection.behind.push({ request, response }) === 1) this.#afterwards(connection, handle)
      if (connection.behind.length >= mostBehind) socket.pause()
    }
  }

  /** Its head says `Connection: close`: the client comes back, maybe to a thread that has fewer. */
  #endWith(response: ServerResponse): void {
    this.#hasTooMany = false
    response.shouldKeepAlive = false
  }

  #afterwards(connection: Connection, handle: Handle): void {
    connection.response?.once('close', () => {
      const next = connection.behind.shift()
      if (next) this.#behind--
      const { socket } = connection
      if (!next || socket.destroyed) return
      connection.response = next.response
      if (connection.behind.length > 0) this.#afterwards(connection, handle)
      if (connection.behind.length < mostBehind) next.request.socket.resume()
      handle(next.request, next.response)
    })
  }

  #come(socket: Owned, serve: () => void): void {
    const address = plainAddress(socket.remoteAddress ?? '')
    const proxy = this.#limits.isProxy(address)
    const from = proxy ? `proxy ${address}` : networkOf(address)
    const newcomer: Newcomer = { socket, from, hash: this.#open.hash(from), proxy, serve }
    const lack = this.#makeRoomHere(newcomer)
    if (!lack) return this.#take(newcomer)
    const ofAddress = lack === 'address' ? newcomer.hash : undefined
    const entered = (lacks: unknown): boolean => {
      if (lacks) return false
      this.#open.waits(-1)
      this.#take(newcomer)
      return true
    }
    this.#open.waits(1)
    this.#doorway.wait(socket, {
      enter: () => entered(this.#open.take(newcomer.hash, { ofOne: !proxy })),
      makeRoom: () => entered(this.#makeRoomHere(newcomer)),
      wish: (turn) => this.#open.wish(ofAddress, turn),
      givesUp: () => this.#open.waits(-1),
    })
  }

  /** It has its place. */
  #take({ socket, from, hash, serve }: Newcomer): void {
    const connection: Connection = {
      socket,
      response: undefined,
      asked: false,
      inUse: false,
      leave: () => this.#leave(connection, from, hash),
      behind: [],
    }
    socket[own] = connection
    this.#from.set(from, (this.#from.get(from) ?? new Set()).add(connection))
    this.#looking ??= setInterval(() => void this.#look(), Math.min(5_000, Math.ceil(this.#limits.slowAfter / 10))).unref()
    if (!this.#isAlone) this.#balancing ??= setInterval(() => this.balance(), balanceEvery).unref()
    socket.once('close', () => {
      this.#behind -= connection.behind.length
      connection.behind.length = 0
      connection.leave()
    })
    serve()
  }

  #leave(connection: Connection, from: string, hash: number): void {
    const same = this.#from.get(from)
    if (!same?.delete(connection)) return
    this.#open.left(hash)
    this.#doorway.roomMayBe()
    if (same.size === 0) this.#from.delete(from)
    if (this.#from.size > 0) return
    clearInterval(this.#looking)
    this.#looking = undefined
    clearInterval(this.#balancing)
    this.#balancing = undefined
    this.balance()
  }

  /** Undefined: it has its place; else what it lacks, and nothing rests here that could make room. */
  #makeRoomHere({ from, hash, proxy }: Newcomer): 'address' | 'room' | undefined {
    for (;;) {
      const lacks = this.#open.take(hash, { ofOne: !proxy })
      if (lacks === undefined) return undefined
      if (!(lacks === 'address' ? closeOneAtRest(this.#from.get(from) ?? new Set()) : this.#makeRoom())) return lacks
    }
  }

  #makeRoomFor(hash: number | undefined): void {
    if (hash === undefined) this.#makeRoom()
    for (const [from, same] of this.#from) if (this.#open.hash(from) === hash) closeOneAtRest(same)
  }

  /** Of the address that has most. */
  #makeRoom(): boolean {
    const busiest = [...this.#from.values()].toSorted((one, other) => other.size - one.size)
    return busiest.some(closeOneAtRest)
  }

  #look(): Promise<void> {
    const all = [...this.#from.values()].flatMap((same) => [...same])
    for (const connection of all) if (!isUnderWay(connection.response)) connection.response = undefined
    return this.#slow.look(all.map(({ socket }) => socket))
  }
}

/** The oldest that never asked anything, else the oldest on which nothing is asked or answered now. */
function closeOneAtRest(connections: Set<Connection>): boolean {
  let resting: Connection | undefined
  for (const connection of connections) {
    if (connection.socket.destroyed || isUnderWay(connection.response)) continue
    resting ??= connection
    if (connection.asked) continue
    resting = connection
    break
  }
  resting?.leave()
  resting?.socket.destroy()
  return resting !== undefined
}

/** What comes is not cut off, and nobody who sends a body has to ask whether it was taken. */
const hasNoBody = ({ method, headers }: IncomingMessage): boolean =>
  (method === 'GET' || method === 'HEAD') && headers['content-length'] === undefined && headers['transfer-encoding'] === undefined

const isUnderWay = (response: ServerResponse | undefined): boolean =>
  response !== undefined && !response.writableFinished && !response.destroyed
