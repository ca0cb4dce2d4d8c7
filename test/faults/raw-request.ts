// A request written by hand onto a socket, so that it can break off at any byte.
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { Client } from './client.ts'

export interface BrokenRequest {
  method: string
  path: string
  headers?: Readonly<Record<string, string>>
  body: Buffer
  /** In chunks of this size instead of with a Content-Length. */
  chunked?: number | undefined
  /** Bytes of the body that are sent; below zero, so many bytes of the head are missing. */
  sent: number
  /** How the connection ends: politely (FIN) or not (RST). */
  end: 'close' | 'reset'
}

/** Sends a part of a request and goes away without reading an answer. */
export async function breakOff(client: Client, broken: BrokenRequest): Promise<void> {
  const { method, path, headers = {}, body, chunked, sent } = broken
  const length = chunked === undefined ? { 'Content-Length': String(body.length) } : { 'Transfer-Encoding': 'chunked' }
  const all = { Host: `127.0.0.1:${client.server.port}`, Authorization: client.authorization, ...length, ...headers }
  const lines = [`${method} ${path} HTTP/1.1`, ...Object.entries(all).map(([name, value]) => `${name}: ${value}`)]
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`)
  const part = body.subarray(0, Math.max(0, sent))
  const bytes =
    sent < 0 ? head.subarray(0, head.length + sent) : Buffer.concat([head, chunked === undefined ? part : inChunks(part, chunked)])
  await new Promise<void>((resolve) => {
    const socket = connect(client.server.port, '127.0.0.1')
    socket.on('error', () => resolve())
    socket.on('close', () => resolve())
    socket.resume()
    socket.write(bytes, () => {
      // Long enough for some of it to be read, at times.
      void pause(Math.abs(sent) % 3).then(() => (broken.end === 'reset' ? socket.resetAndDestroy() : socket.destroy()))
    })
  })
}

function inChunks(bytes: Buffer, size: number): Buffer {
  const pieces: Buffer[] = []
  for (let at = 0; at < bytes.length; at += size) {
    const piece = bytes.subarray(at, at + size)
    pieces.push(Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n'))
  }
  return Buffer.concat(pieces)
}
