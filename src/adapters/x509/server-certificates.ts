import { watchFile, unwatchFile } from 'node:fs'
import { join } from 'node:path'
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls'
import { localCertificates, passingLeaf } from './authority.ts'
import { forgetAuthority } from './authority-files.ts'
import { type Validity, validityOf } from './validity.ts'

const lookEvery = 5_000
const checkEvery = 60_000

interface Pair {
  key: string
  cert: string
}

/** As a listener takes them, and what the operator does with them. */
export interface OpenCertificates {
  /** For clients that ask for no name. */
  fallback(): Pair
  /** For a name that a client asks for. */
  forName(name: string): SecureContext | Promise<SecureContext>
  onChange(listener: () => void): void
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
  /** What a further certificate is made for, when a client asks for a name that `names` may not cover; undefined: it does. */
  further: (name: string) => Promise<string | undefined>
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
  let context: SecureContext = createSecureContext({ ...terms, ...current })
  const listeners: (() => void)[] = []
  const use = async () => {
    const next = await read()
    if (next.cert === current.cert && next.key === current.key) return
    context = createSecureContext({ ...terms, ...next })
    current = next
    for (const listener of listeners) listener()
  }
  const leaves = new Map<string, Promise<SecureContext>>()
  const furtherLeaf = (name: string): Promise<SecureContext> => {
    let leaf = leaves.get(name)
    if (!leaf) {
      leaf = passingLeaf(options.folder, [name], options.now()).then((pair) => createSecureContext({ ...terms, ...pair }))
      leaves.set(name, leaf)
      leaf.catch(() => leaves.delete(name))
    }
    return leaf
  }
  const forName = async (name: string): Promise<SecureContext> => {
    try {
      const further = await options.further(name)
      return further === undefined ? context : await furtherLeaf(further)
    } catch (error) {
      options.failed(error as Error)
      return context
    }
  }
  const reload = async () => {
    leaves.clear()
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
    fallback: () => current,
    forName: own ? () => context : forName,
    onChange: (listener) => listeners.push(listener),
    renewAuthority: async () => {
      forgetAuthority(options.folder)
      await use()
      leaves.clear()
    },
    close: () => {
      clearInterval(daily)
      clearInterval(minutely)
      for (const path of watched) unwatchFile(path)
    },
  }
}
