import type { UserDelegationKey } from '@azure/storage-blob'
import { RegistryError } from '#core/registry-error.ts'
import type { Credentials } from './credentials.ts'
import { serviceUrl } from './place.ts'
import type { AzureRequests } from './requests.ts'

/** In milliseconds. */
const keyLife = 60 * 60 * 1000
/** A link's, and the time that a clock may be off. */
const needed = 20 * 60 * 1000

/** Links that give one blob to whoever has them: signed with the account's key, or with one that Azure gives an identity for an hour. */
export class Links {
  readonly #requests: AzureRequests
  readonly #credentials: Credentials
  #delegated: { key: Promise<UserDelegationKey>; until: number } | undefined

  constructor(requests: AzureRequests, credentials: Credentials) {
    this.#requests = requests
    this.#credentials = credentials
  }

  get canSign(): boolean {
    return this.#credentials.secret()?.kind !== 'sas'
  }

  /** @param now of the store's clock */
  async sign(key: string, life: number, type: string | undefined, now: number): Promise<{ url: URL; expiresAt: number }> {
    const { sdk, place } = this.#requests
    const { account, bucket: containerName, prefix } = place
    const blobName = prefix + key
    const service = serviceUrl(place, place.publicEndpoint ?? place.endpoint)
    const expiresAt = Math.floor((now + life) / 1000) * 1000
    const values = {
      containerName,
      blobName,
      permissions: sdk.BlobSASPermissions.parse('r'),
      expiresOn: new Date(expiresAt),
      protocol: service.startsWith('https:') ? sdk.SASProtocol.Https : sdk.SASProtocol.HttpsAndHttp,
      ...(type === undefined ? {} : { contentType: type }),
    }
    const secret = this.#credentials.secret()
    if (secret?.kind === 'sas')
      throw new RegistryError('storage-failed', 'a shared access signature signs no links: a key or an identity does')
    const signature = secret
      ? sdk.generateBlobSASQueryParameters(values, new sdk.StorageSharedKeyCredential(account, secret.key))
      : sdk.generateBlobSASQueryParameters(values, await this.#delegatedKey(now), account)
    const path = [containerName, ...blobName.split('/')].map(encodeURIComponent).join('/')
    return { url: new URL(`${service}${service.endsWith('/') ? '' : '/'}${path}?${signature.toString()}`), expiresAt }
  }

  /** One for many links; who needs one while it is asked for waits for the same. */
  #delegatedKey(now: number): Promise<UserDelegationKey> {
    if (!this.#delegated || this.#delegated.until - now < needed) {
      const until = now + keyLife
      // A little earlier: another of the service's machines may have another time.
      const key = this.#requests.ask(() => this.#requests.service.getUserDelegationKey(new Date(now - 5 * 60_000), new Date(until)))
      this.#delegated = { key, until }
      key.catch(() => (this.#delegated = undefined))
    }
    return this.#delegated.key
  }
}
