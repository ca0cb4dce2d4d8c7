import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { ConfigError } from './config.ts'

/** The operator's certificate and key. Fails with ConfigError, which names the setting and what would be right. */
export function readOwnPair({ cert, key }: { cert: string; key: string }): { cert: string; key: string } {
  const pair = { cert: textOf('tlsCert', cert), key: textOf('tlsKey', key) }
  const certificate = parsed(() => new X509Certificate(pair.cert))
  if (!certificate) throw new ConfigError('tls-not-pem', { setting: 'tlsCert', path: cert, kind: 'CERTIFICATE' })
  const privateKey = parsed<KeyObject>(() => createPrivateKey(pair.key))
  if (!privateKey) throw new ConfigError('tls-not-pem', { setting: 'tlsKey', path: key, kind: 'PRIVATE KEY' })
  if (!certificate.checkPrivateKey(privateKey)) throw new ConfigError('tls-mismatch', { cert, key })
  return pair
}

function textOf(setting: 'tlsCert' | 'tlsKey', path: string): string {
  if (path === '') throw new ConfigError('tls-half', { setting })
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new ConfigError('tls-unreadable', { setting, path, code: (error as NodeJS.ErrnoException).code ?? '?' })
  }
}

function parsed<Value>(parse: () => Value): Value | undefined {
  try {
    return parse()
  } catch {
    return undefined
  }
}
