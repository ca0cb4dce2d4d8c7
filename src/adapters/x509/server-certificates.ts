import { watchFile, unwatchFile } from 'node:fs'
import { join } from 'node:path'
import { createSecureContext, type SecureContextOptions } from 'node:tls'
import { localCertificates, passingLeaf } from './authority.ts'
import { forgetAuthority } from './authority-files.ts'
import type { Pair, PairSource } from './listener-certificates.ts'
import { type Validity, validityOf } from './validity.ts'

const lookEvery = 5_000
const checkEvery = 60_000

/** As the listeners of all threads take them, and what the operator does with them. */
export interface OpenCertificates extends PairSource {
  /** Of the local authority. */
  caPath: string | undefined
  /** Makes another local authority and uses it from the next connection on. */
  renewAuthority: () => Promise<void>
  close: () => void
}

/**
 * The certificate of the HTTPS listener: the operator's own files, read again when they change, or the local one.
 * A pair that cannot be used is reported and the one before stays.
 */
export async function openCertificates(options: {
  folder: string
  names: readonly string[]
  /** Those of the names that nobody asked for. */
  implied: readonly string[]
  /** The operator's own: `read` again when one of the files changes. */
  own: { paths: readonly string[]; read(): Pair } | undefined
  /** Of every context. */
  terms: SecureContextOptions
  now: () => number
  failed: (error: Error) => void
  /** The local authority was made, or the one before taken again; what was wrong with the one that stood there. */
  replaced: (validity: Exclude<Validity, 'good'>) => void
  /** The operator's own certificate is not good now. */
  untimely: (validity: Exclude<Validity, 'good'>) => void
}): Promise<OpenCertificates> {
  const { own, terms } = options
  const read = async (): Promise<Pair & { caPath?: string }> => {
    if (own) {
      const pair = own.read()
      const validity = validityOf(pair, options.now())
      if (validity !== 'good') options.untimely(validity)
      return pair
    }
    const { replaced, ...made } = await localCertificates(options.folder, options.names, options.now(), options.implied)
    if (replaced) options.replaced(replaced)
    return made
  }
  let current: Pair & { caPath?: string } = await read()
  createSecureContext({ ...terms, ...current })
  const listeners: (() => void)[] = []
  const use = async () => {
    const next = await read()
    // One that cannot be used fails here, and nobody is told of it.
    createSecureContext({ ...terms, ...next })
    current = next
    for (const listener of listeners) listener()
  }
  const reload = async () => {
    try {
      await use()
    } catch (error) {
      options.failed(error as Error)
    }
  }
  const watched = own ? own.paths : []
  for (const path of watched) watchFile(path, { interval: lookEvery, persistent: false }, () => void reload())
  // The local leaf is made again before it ends, and at once where the clock was set.
  const daily = setInterval(() => void reload(), 24 * 60 * 60 * 1000).unref()
  const minutely = setInterval(() => {
    if (!own && validityOf(current, options.now()) !== 'good') void reload()
  }, checkEvery).unref()
  return {
    caPath: own ? undefined : join(options.folder, 'ca.pem'),
    current: () => ({ key: current.key, cert: current.cert }),
    leaf: (name) => passingLeaf(options.folder, [name], options.now()),
    onChange: (listener) => listeners.push(listener),
    renewAuthority: async () => {
      forgetAuthority(options.folder)
      await use()
    },
    close: () => {
      clearInterval(daily)
      clearInterval(minutely)
      for (const path of watched) unwatchFile(path)
    },
  }
}
