import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { answerNoRequest, type NoRequestStatus, noRequestStatus } from './no-request.ts'

interface UnderWay {
  /** The last request that was read, and its answer. */
  request: IncomingMessage
  response: ServerResponse
  answers: number
  /** What came behind it was no request. */
  fault?: NoRequestStatus
}

export interface UnreadableOptions {
  handle: (request: IncomingMessage, response: ServerResponse) => void
  badRequest: (status: NoRequestStatus) => string
}

/**
 * Knows what is under way on each connection when the parser stumbles. Into an answer nothing may be written, or it would be
 * read as the answer's own bytes; an answer to a request that was good is given first.
 */
export class Unreadable {
  readonly #underWay = new WeakMap<Socket, UnderWay>()
  readonly #options: UnreadableOptions

  constructor(options: UnreadableOptions) {
    this.#options = options
  }

  readonly handle = (request: IncomingMessage, response: ServerResponse): void => {
    const { socket } = request
    const before = this.#underWay.get(socket)?.answers ?? 0
    this.#underWay.set(socket, { request, response, answers: before + 1 })
    response.once('close', () => this.#answered(socket))
    this.#options.handle(request, response)
  }

  #answered(socket: Socket): void {
    const now = this.#underWay.get(socket)
    if (!now) return
    now.answers--
    if (now.answers === 0 && now.fault !== undefined) this.#refuse(socket, now.fault)
  }

  readonly onFault = (error: NodeJS.ErrnoException & { rawPacket?: Buffer }, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy()
      return
    }
    const status = noRequestStatus(error)
    const now = this.#underWay.get(socket)
    if (!now || now.answers === 0) this.#refuse(socket, status)
    else if (now.request.complete) now.fault = status
    else if (now.answers > 1) socket.destroy()
    // Its own body is what is wrong. What is written of its answer still goes out, and no more.
    else if (now.response.headersSent) socket.end()
    else this.#refuse(socket, status)
  }

  #refuse(socket: Socket, status: NoRequestStatus): void {
    if (socket.writable) answerNoRequest(socket, status, this.#options.badRequest(status))
  }
}
