import { openLinkSigner } from '#adapters/system/link-signer.ts'
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { joseAssertions } from '#adapters/jose/assertions.ts'
import { openSigners } from '#adapters/jose/signer.ts'
import { openMemoryBlobStore } from '#adapters/memory/blob-store.ts'
import { openMemoryMetadataStore } from '#adapters/sqlite/memory-store.ts'
import { argon2Hasher } from '#adapters/system/password-hasher.ts'
import { openSecretBox } from '#adapters/system/secret-box.ts'
import { certificateReader } from '#adapters/x509/certificate-reader.ts'
import type { Deps } from '#app/deps.ts'
import { FailedLogins, RateLimits } from '#app/tokens/rate-limits.ts'
import { KeptPlatforms } from '#app/distribution/kept-platforms.ts'
import { refusedAmongServers } from '#app/distribution/unleased-answers.ts'
import { Emptying } from '#app/maintenance/emptying.ts'
import type { MetadataStore } from '#ports/metadata-store.ts'

/** A clock that stands until a test turns it. */
export class TurnedClock {
  at: number
  constructor(at: number) {
    this.at = at
  }
  now = (): number => this.at
  elapsed = (): number => this.at
}

/** What every surface of the control plane stands on. */
export type FactDeps = Deps

/** Facts in memory, keys in a folder of their own, and a clock: one surface with these is a server that a test holds whole. */
export interface Facts {
  store: MetadataStore
  time: TurnedClock
  /** As a start finds them: the rows and the key file, and nothing that a process had in memory. */
  depsAt(control: string): FactDeps
  close(): Promise<void>
}

export function openFacts(options: { now?: number; store?: MetadataStore } = {}): Facts {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-world-'))
  const store = options.store ?? openMemoryMetadataStore()
  const blobs = openMemoryBlobStore()
  const time = new TurnedClock(options.now ?? Date.now())
  return {
    store,
    time,
    depsAt: (control) => {
      const secrets = openSecretBox(join(folder, 'secret.key'))
      return {
        store,
        blobs,
        clock: time,
        secrets,
        ids: { next: randomUUID },
        hasher: argon2Hasher,
        certificates: certificateReader,
        assertions: joseAssertions,
        signers: openSigners({ store, secrets, clock: time }),
        failpoint: async () => {},
        unleased: refusedAmongServers,
        emptying: new Emptying({ store, clock: time }),
        platforms: new KeptPlatforms(),
        settings: {} as FactDeps['settings'],
        origins: { control, domain: 'longshore.localhost:5443', firstRegistry: 'local', own: [control] },
        failedLogins: new FailedLogins(time),
        rateLimits: new RateLimits(time),
        links: openLinkSigner(join(folder, 'secret.key')),
        hash: (algorithm, bytes) => createHash(algorithm).update(bytes).digest('hex'),
        random: (bytes) => randomBytes(bytes),
      }
    },
    close: async () => {
      await store.close()
      rmSync(folder, { recursive: true })
    },
  }
}
