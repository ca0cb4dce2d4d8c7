import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls'

export interface Pair {
  key: string
  cert: string
}

/** Where a listener's certificates come from. PEM, so that another thread may be told them. */
export interface PairSource {
  /** Of the names that the server has. */
  current(): Pair
  /** For a further name, under the local authority. Fails with NameOutsideAuthority. */
  leaf(name: string): Promise<Pair>
  /** Told when any of them may have changed. */
  onChange(listener: () => void): void
}

/** As a listener takes them. */
export interface ListenerCertificates {
  /** For clients that ask for no name. */
  fallback(): Pair
  /** For a name that a client asks for. */
  forName(name: string): SecureContext | Promise<SecureContext>
  onChange(listener: () => void): void
}

/** The contexts of one thread's listener. */
export function listenerCertificates(
  source: PairSource,
  options: {
    /** Of every context. */
    terms: SecureContextOptions
    /** What a further certificate is made for, when a client asks for a name that the current pair may not cover; undefined: it does. */
    further: (name: string) => Promise<string | undefined>
    failed: (error: Error) => void
  },
): ListenerCertificates {
  const { terms } = options
  let context = createSecureContext({ ...terms, ...source.current() })
  const leaves = new Map<string, Promise<SecureContext>>()
  source.onChange(() => {
    leaves.clear()
    context = createSecureContext({ ...terms, ...source.current() })
  })
  const leafOf = (name: string): Promise<SecureContext> => {
    let leaf = leaves.get(name)
    if (!leaf) {
      leaf = source.leaf(name).then((pair) => createSecureContext({ ...terms, ...pair }))
      leaves.set(name, leaf)
      leaf.catch(() => leaves.delete(name))
    }
    return leaf
  }
  return {
    fallback: () => source.current(),
    forName: async (name) => {
      try {
        const further = await options.further(name)
        return further === undefined ? context : await leafOf(further)
      } catch (error) {
        options.failed(error as Error)
        return context
      }
    },
    onChange: (listener) => source.onChange(listener),
  }
}
