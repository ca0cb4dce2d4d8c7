import { listen, type Listener, type ListenerOptions } from '#http/listener.ts'
import { Refusal, type RefusalReason } from '#core/refusal.ts'
import { flagOf, variableOf } from './config.ts'

const reasons: Readonly<Record<string, RefusalReason>> = {
  EADDRINUSE: 'address-in-use',
  EACCES: 'address-not-permitted',
  EADDRNOTAVAIL: 'address-not-here',
  ENOTFOUND: 'address-not-here',
}

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
