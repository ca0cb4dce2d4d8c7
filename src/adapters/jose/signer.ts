import {
  calculateJwkThumbprint,
  compactVerify,
  CompactSign,
  type CryptoKey,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
} from 'jose'
import type { Clock } from '#ports/clock.ts'
import type { AskedBy } from '#ports/command.ts'
import type { MetadataStore } from '#ports/metadata-store.ts'
import type { StoredSigningKey } from '#ports/signing-keys.ts'
import type { SecretBox } from '#ports/secret-box.ts'
import { longestToken, type Signer, type Signers } from '#ports/signer.ts'

const algorithm = 'ES256'
const day = 24 * 60 * 60 * 1000
const signFor = 30 * day
/** Longer than any token lives. */
const verifyAfter = day
const rememberedTokens = 10_000
/** One for many scopes is as long as who asked for it wanted. */
const longestRemembered = 4096

interface LoadedKey {
  stored: StoredSigningKey
  verify: CryptoKey
}

/** The signers of all, each made when it is first asked for. */
export function openSigners(deps: { store: MetadataStore; secrets: SecretBox; clock: Clock }): Signers {
  const open = new Map<number, Signer>()
  return {
    of(owner) {
      let signer = open.get(owner)
      if (!signer) open.set(owner, (signer = openSigner(deps, owner)))
      return signer
    },
  }
}

/**
 * Signs with the newest key of a registry and verifies with each that is not too old; makes one when there is none.
 * The algorithm is the key's, never the token's (RFC 8725 §3.1), and a token of more than 12 KiB is not looked at.
 */
export function openSigner(deps: { store: MetadataStore; secrets: SecretBox; clock: Clock }, registryId: number): Signer {
  return new JoseSigner(deps, registryId)
}

class JoseSigner implements Signer {
  readonly #deps: { store: MetadataStore; secrets: SecretBox; clock: Clock }
  readonly #registryId: number
  #loaded: { from: readonly StoredSigningKey[]; keys: Map<string, LoadedKey> } | undefined
  #signing: { kid: string; key: CryptoKey } | undefined
  // A signature is checked once; whatever else a token must fulfil is checked each time.
  readonly #verified = new Map<string, { kid: string; claims: Readonly<Record<string, unknown>> }>()

  constructor(deps: { store: MetadataStore; secrets: SecretBox; clock: Clock }, registryId: number) {
    this.#deps = deps
    this.#registryId = registryId
  }

  async sign(claims: Readonly<Record<string, unknown>>): Promise<string> {
    const { kid, key } = await this.#signingKey()
    return new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
      .setProtectedHeader({ alg: algorithm, typ: 'JWT', kid })
      .sign(key)
  }

  async verify(token: string): Promise<Readonly<Record<string, unknown>> | undefined> {
    const keys = await this.#keys()
    const now = this.#deps.clock.now()
    const known = this.#verified.get(token)
    if (known) return (keys.get(known.kid)?.stored.verifyUntil ?? 0) > now ? known.claims : undefined
    const kid = kidOf(token)
    const key = kid === undefined ? undefined : keys.get(kid)
    if (kid === undefined || !key || key.stored.verifyUntil <= now) return undefined
    try {
      const { payload } = await compactVerify(token, key.verify, { algorithms: [algorithm] })
      const claims: unknown = JSON.parse(new TextDecoder().decode(payload))
      if (typeof claims !== 'object' || claims === null || Array.isArray(claims)) return undefined
      if (this.#verified.size >= rememberedTokens) this.#verified.clear()
      if (token.length <= longestRemembered) this.#verified.set(token, { kid, claims: claims as Record<string, unknown> })
      return claims as Record<string, unknown>
    } catch {
      return undefined
    }
  }

  async keys(): Promise<{ keys: readonly Readonly<Record<string, unknown>>[] }> {
    await this.#signingKey()
    const keys = [...(await this.#keys()).values()]
    return { keys: keys.map(({ stored }) => JSON.parse(stored.publicJwk) as Record<string, unknown>) }
  }

  async rotate({ revoke, askedBy }: { revoke: boolean } & AskedBy): Promise<void> {
    await this.#make(revoke, askedBy)
  }

  /** Imported once for the rows that the store has: another server may rotate or revoke them (store/kept-facts.ts). */
  async #keys(): Promise<Map<string, LoadedKey>> {
    const from = await this.#deps.store.signingKeys(this.#registryId)
    if (!this.#loaded || !sameRows(this.#loaded.from, from)) this.#loaded = { from, keys: await this.#import(from) }
    return this.#loaded.keys
  }

  async #import(from: readonly StoredSigningKey[]): Promise<Map<string, LoadedKey>> {
    const keys = new Map<string, LoadedKey>()
    for (const stored of from)
      keys.set(stored.kid, { stored, verify: (await importJWK(JSON.parse(stored.publicJwk) as JWK, algorithm)) as CryptoKey })
    return keys
  }

  async #signingKey(): Promise<{ kid: string; key: CryptoKey }> {
    const now = this.#deps.clock.now()
    const usable = [...(await this.#keys()).values()].filter((each) => each.stored.signUntil > now)
    const newest = usable.sort((one, other) => other.stored.createdAt - one.stored.createdAt)[0]
    if (!newest) {
      await this.#make(false)
      return this.#signingKey()
    }
    const { kid, privateSealed } = newest.stored
    if (this.#signing?.kid !== kid) {
      const jwk = JSON.parse(this.#deps.secrets.open(privateSealed, kid)) as JWK
      this.#signing = { kid, key: (await importJWK(jwk, algorithm)) as CryptoKey }
    }
    return this.#signing
  }

  async #make(revokeOthers: boolean, askedBy?: string): Promise<void> {
    const { store, secrets, clock } = this.#deps
    const pair = await generateKeyPair(algorithm, { extractable: true })
    const publicJwk = await exportJWK(pair.publicKey)
    const kid = await calculateJwkThumbprint(publicJwk)
    const now = clock.now()
    await store.putSigningKey({
      key: {
        kid,
        registryId: this.#registryId,
        algorithm,
        publicJwk: JSON.stringify({ ...publicJwk, kid, alg: algorithm, use: 'sig' }),
        privateSealed: secrets.seal(JSON.stringify(await exportJWK(pair.privateKey)), kid),
        createdAt: now,
        signUntil: now + signFor,
        verifyUntil: now + signFor + verifyAfter,
      },
      revokeOthers,
      now,
      askedBy,
    })
    this.#verified.clear()
  }
}

/** Mostly the array that it was before, which the store keeps. */
const sameRows = (before: readonly StoredSigningKey[], now: readonly StoredSigningKey[]): boolean =>
  before === now ||
  (before.length === now.length &&
    before.every(({ kid, signUntil, verifyUntil }, at) => {
      const same = now[at]
      return same?.kid === kid && same.signUntil === signUntil && same.verifyUntil === verifyUntil
    }))

/** The key id that a token names, when its header is exactly one of ours. */
function kidOf(token: string): string | undefined {
  if (token.length > longestToken || !/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/.test(token)) return undefined
  try {
    const { alg, typ, kid, ...rest } = decodeProtectedHeader(token)
    return alg === algorithm && typ === 'JWT' && Object.keys(rest).length === 0 ? kid : undefined
  } catch {
    return undefined
  }
}
