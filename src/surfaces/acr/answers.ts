import type { Exchange, Headers } from '#http/exchange.ts'

/** On every answer of this surface. */
export const commonHeaders: Headers = [['Docker-Distribution-Api-Version', 'registry/2.0']]

export const json = ['Content-Type', 'application/json; charset=utf-8'] as const

export const sendJson = (exchange: Exchange, status: number, body: unknown, more: Headers = []): Promise<void> =>
  exchange.send(status, [...commonHeaders, json, ...more], JSON.stringify(body))

/** .NET's round-trip form: seven digits of a second. */
export const formatTime = (milliseconds: number): string => new Date(milliseconds).toISOString().replace('Z', '0000Z')
