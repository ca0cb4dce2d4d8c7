import { EventEmitter } from 'node:events'
import type { Server } from 'node:http'
import type { Connections } from './connections.ts'

/** As much of a socket as counting connections needs. */
export class FakeSocket extends EventEmitter {
  destroyed = false
  /** So often Node's own listener was given it. */
  served = 0
  readonly remoteAddress: string

  constructor(remoteAddress: string) {
    super()
    this.remoteAddress = remoteAddress
  }

  pause(): void {}
  resume(): void {}

  destroy(): void {
    this.destroyed = true
    this.emit('close')
  }
}

/** A listener that they watch: from where somebody connects. */
export function fakeListener(connections: Connections): (from: string) => FakeSocket {
  const server = new EventEmitter().on('connection', (socket: FakeSocket) => socket.served++)
  connections.watch(server as Server)
  return (from) => {
    const socket = new FakeSocket(from)
    server.emit('connection', socket)
    return socket
  }
}
