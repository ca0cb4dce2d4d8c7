/**
 * How a client reaches a server: over the network, through the socket of a data folder, or by calling the surface in
 * this process. A client does not know which.
 */
export type Transport = (request: TransportRequest) => Promise<TransportAnswer>

export interface TransportRequest {
  method: string
  /** Path and query, as the server has them. */
  path: string
  /** Names in lower case. */
  headers?: Readonly<Record<string, string>>
  /** JSON. */
  body?: string
  signal?: AbortSignal | undefined
}

export interface TransportAnswer {
  status: number
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>
  body: string
}
