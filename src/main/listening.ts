import { listen, type ListenAddress, type Listener, type ListenerOptions } from '#http/listener.ts'
import type { Addresses } from '#core/maintenance.ts'
import { Refusal, type RefusalReason } from '#core/refusal.ts'
import { flagOf, variableOf } from './config.ts'

const reasons: Readonly<Record<string, RefusalReason>> = {
  EADDRINUSE: 'address-in-use',
  EACCES: 'address-not-permitted',
  EADDRNOTAVAIL: 'address-not-here',
  ENOTFOUND: 'address-not-here',
}

/** Where each listener is, or is to be. */
export type Listening = { readonly [Name in 'http' | 'https' | 'admin']?: ListenAddress | 'off' | undefined }

export const listenersOf = (listening: Listening): Addresses['listeners'] =>
  (['http', 'https', 'admin'] as const).flatMap((setting) => {
    const address = listening[setting]
    return address === undefined || address === 'off' ? [] : [{ setting, ...address }]
  })

/** Opens the listener of a setting; what the system refuses is told with the setting's name. */
export async function listenFor(setting: 'http' | 'https' | 'admin', options: ListenerOptions): Promise<Listener> {
  try {
    return await listen(options)
  } catch (error) {
    const reason = reasons[(error as NodeJS.ErrnoException).code ?? '']
    if (!reason) throw error
    const { host, port } = options.address
    const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
    throw new Refusal(reason, { address, setting, flag: flagOf(setting), variable: variableOf(setting) })
  }
}
