import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { answerNoRequest, type NoRequestStatus, noRequestStatus } from './no-request.ts'

interface UnderWay {
  /** The last request that was read. */
  request: IncomingMessage
  /** Answers that may not be out, the last one that of `request`. */
  responses: ServerResponse[]
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
    // The rest of what was read before it was cut off.
    if (socket.destroyed) return
    const now = this.#underWay.get(socket)
    if (now) {
      now.request = request
      now.responses = [...now.responses.filter(isOpen), response]
    } else this.#underWay.set(socket, { request, responses: [response] })
    this.#options.handle(request, response)
  }

  readonly onFault = (error: NodeJS.ErrnoException & { rawPacket?: Buffer }, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy()
      return
    }
    const status = noRequestStatus(error)
    const { request, responses = [] } = this.#underWay.get(socket) ?? {}
    const open = responses.filter(isOpen)
    const last = open.at(-1)
    if (!last) this.#refuse(socket, status)
    // Answers go out in the order of their requests.
    else if (request?.complete) last.once('close', () => this.#refuse(socket, status))
    else if (open.length > 1) socket.destroy()
    // Its own body is what is wrong. What is written of its answer still goes out, and no more.
    else if (last.headersSent) socket.end()
    else this.#refuse(socket, status)
  }

  #refuse(socket: Socket, status: NoRequestStatus): void {
    if (socket.writable) answerNoRequest(socket, status, this.#options.badRequest(status))
  }
}

const isOpen = ({ closed }: ServerResponse): boolean => !closed
