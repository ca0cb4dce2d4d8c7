import type { Headers } from './headers.ts'

/** What a handler returns. A failure is thrown, never returned: the surface has one place that words it. */
export interface Answer {
  status: number
  headers?: Headers
  body?: string | Uint8Array | Stream | undefined
}

/** A body that is sent while it is read. Its length is in the answer's headers. */
export interface Stream {
  /** Not called for a HEAD. May fail, and then nothing of the answer was sent. */
  open(): Promise<OpenStream>
}

export interface OpenStream {
  /** Gives the bytes piece by piece while `take` says true. What fails here cuts the connection. */
  read(take: (piece: Uint8Array) => Promise<boolean>): Promise<void>
  close(): Promise<void>
}

export const jsonType = ['Content-Type', 'application/json; charset=utf-8'] as const

export const json = (status: number, body: unknown, headers: Headers = []): Answer => ({
  status,
  headers: [jsonType, ...headers],
  body: JSON.stringify(body),
})
