import { createHmac } from 'node:crypto'

export interface ToSign {
  method: string
  url: URL
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>
}

const signed = [
  'content-encoding',
  'content-language',
  'content-length',
  'content-md5',
  'content-type',
  'date',
  'if-modified-since',
  'if-match',
  'if-none-match',
  'if-unmodified-since',
  'range',
]

/** The `Authorization` of a request by the account's key, as Azure's "Shared Key" has it. */
export function sharedKeySignature(account: string, key: string, { method, url, headers }: ToSign): string {
  const own = Object.keys(headers)
    .filter((name) => name.startsWith('x-ms-'))
    .sort()
    .map((name) => `${name}:${headers[name]?.trim()}\n`)
  const query = [...url.searchParams.keys()]
    .map((name) => name.toLowerCase())
    .sort()
    .map((name) => `\n${name}:${url.searchParams.getAll(name).join(',')}`)
  const text = [
    method,
    ...signed.map((name) => (name === 'content-length' && headers[name] === '0' ? '' : (headers[name] ?? ''))),
    `${own.join('')}/${account}${url.pathname}${query.join('')}`,
  ].join('\n')
  return `SharedKey ${account}:${createHmac('sha256', Buffer.from(key, 'base64')).update(text, 'utf8').digest('base64')}`
}
