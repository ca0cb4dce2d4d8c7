import type { Pair } from '#adapters/x509/listener-certificates.ts'
import type { ListenAddress } from '#http/listener.ts'
import type { Budget } from './budget.ts'
import type { SharedFacts } from './facts.ts'
import type { SharedBlobs } from './open-blobs.ts'
import type { ServerMemory } from './server-memory.ts'
import type { Config } from './settings.ts'

/** Where the public listeners are. */
export interface PublicAddresses {
  http?: ListenAddress | undefined
  https?: ListenAddress | undefined
}

/** What a serving thread begins with. */
export interface ServingWorkerData {
  config: SerializedConfig
  program: string
  column: number
  budget: Budget
  memory: ServerMemory
  facts: SharedFacts
  blobs: SharedBlobs
  listen: PublicAddresses
  /** In the place of another: it serves from its first connection on. */
  isOpen: boolean
  tls: { pair: Pair; ticketKeys: Uint8Array } | undefined
}

/** A URL does not cross to another thread. */
export type SerializedConfig = Omit<Config, 'publicUrl'> & { publicUrl: string }

export const serializeConfig = ({ publicUrl, ...rest }: Config): SerializedConfig => ({ ...rest, publicUrl: publicUrl?.href ?? '' })

export const deserializeConfig = ({ publicUrl, ...rest }: SerializedConfig): Config => ({
  ...rest,
  publicUrl: publicUrl === '' ? undefined : new URL(publicUrl),
})

/** What a serving thread asks of the main one, or tells it. */
export interface MainSide {
  listening(addresses: PublicAddresses): void
  hash(password: string): Promise<string>
  verify(password: string, hash: string, options?: { known?: boolean }): Promise<boolean>
  room(registryId: number, bytes: number): Promise<number | undefined>
  leaf(name: string): Promise<Pair>
}

/** What the main thread asks of a serving one. */
export interface ServingSide {
  /** All listeners have their ports: the door opens. */
  open(addresses: PublicAddresses): void
  pair(pair: Pair): void
  /** Takes nothing new, lets what runs end for the grace, ends. */
  close(grace: number): Promise<void>
}
