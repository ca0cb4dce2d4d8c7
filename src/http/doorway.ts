import type { Socket } from 'node:net'

export interface Guest {
  /** True: it has its place and is served. */
  enter(): boolean
  /** The same, and closes one that rests here where that helps. */
  makeRoom(): boolean
  /** Asks another thread for room, each turn another one; false where there is none to ask. */
  wish(turn: number): boolean
  /** It will not be served. */
  givesUp(): void
}

/** Beyond them whoever comes is closed at once. */
const mostWaiting = 64
const wishEvery = 25
const mostWishes = 10

/**
 * Those who came when there was no room and none could be made at their own thread: for a moment, while other threads are asked to close
 * connections that rest. Nothing is read of them before they are in.
 */
export class Doorway {
  /** Each as what lets it in. */
  readonly #waiting = new Set<() => void>()

  wait(socket: Socket, guest: Guest): void {
    if (this.#waiting.size >= mostWaiting || !guest.wish(0)) {
      guest.givesUp()
      socket.destroy()
      return
    }
    let turn = 0
    const leave = () => {
      clearInterval(again)
      this.#waiting.delete(enter)
      socket.off('close', closed)
    }
    const enter = () => {
      if (!socket.destroyed && guest.enter()) leave()
    }
    const closed = () => {
      leave()
      guest.givesUp()
    }
    const again = setInterval(() => {
      // Of the room that it makes itself it is not told.
      this.#waiting.delete(enter)
      if (guest.makeRoom()) return leave()
      this.#waiting.add(enter)
      if (++turn < mostWishes) guest.wish(turn)
      else socket.destroy()
    }, wishEvery)
    socket.once('close', closed)
    this.#waiting.add(enter)
  }

  /** A connection was closed, here or elsewhere. */
  roomMayBe(): void {
    for (const enter of this.#waiting) enter()
  }
}
