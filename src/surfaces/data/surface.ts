import { networkOf } from '#core/ip-address.ts'
import { RegistryError } from '#core/registry-error.ts'
import { CorruptBlob } from '#ports/blob-store.ts'
import type { LinkSigner } from '#ports/link-signer.ts'
import type { Registry } from '#ports/registries.ts'
import type { Deps } from '#app/deps.ts'
import { followLink } from '#app/distribution/blob-links.ts'
import { openBytes } from '#app/distribution/blobs.ts'
import type { RateLimits } from '#app/tokens/rate-limits.ts'
import { sendContent } from '#http/content.ts'
import type { Exchange } from '#http/exchange.ts'
import { allowedBy, noteUnexpected, sendFailure } from '#http/failure.ts'
import { errorXml, wireOf } from './errors.ts'
import { parseRequest } from './request.ts'

export type DataDeps = Pick<Deps, 'store' | 'blobs' | 'clock' | 'settings'> & { links: LinkSigner; rateLimits: RateLimits }

/**
 * Answers one request at a registry's data endpoint: who has a link gets the blob. There is nothing else here, and nobody
 * signs in. Never rejects.
 * @param registry undefined where the host is of none that has its data endpoint there
 */
export async function serveData(deps: DataDeps, registry: Registry | undefined, exchange: Exchange): Promise<void> {
  try {
    if (!registry) throw new RegistryError('not-found', 'there is no data endpoint of this name')
    if (deps.settings.blobRedirect === 'strict' && exchange.header('authorization') !== undefined)
      throw new RegistryError('unauthorized', 'an Authorization header beside a link', { because: 'header-beside-link' })
    const { link } = parseRequest(exchange.method, exchange.url)
    exchange.log.repository = link.repository
    exchange.log.digest = link.digest
    // Whoever has a link is nobody: its network counts.
    deps.rateLimits.count(registry, networkOf(exchange.address), 'data')
    const blob = await followLink(deps, registry, link, exchange.address)
    await sendContent(exchange, {
      size: blob.size,
      etag: blob.digest,
      headers: [['Docker-Content-Digest', blob.digest]],
      open: () => openBytes(deps, blob),
    })
  } catch (error) {
    await fail(deps, exchange, error)
  }
}

async function fail({ clock }: DataDeps, exchange: Exchange, error: unknown): Promise<void> {
  if (exchange.beyondAnswer) {
    exchange.log.failure = error instanceof CorruptBlob ? 'corrupt-blob' : 'broken-off'
    exchange.destroy()
    return
  }
  const known = error instanceof RegistryError ? error : new RegistryError('storage-failed', noteUnexpected(exchange, error))
  const wire = wireOf(known.failure)
  exchange.log.failure = known.failure
  exchange.log.reason = typeof known.detail.because === 'string' ? known.detail.because : known.message
  const range = known.failure === 'range-unsatisfiable' ? ([['Content-Range', `bytes */${Number(known.detail.size ?? 0)}`]] as const) : []
  const headers = [
    ['Content-Type', 'application/xml'],
    ['X-Ms-Error-Code', wire.code],
    ['X-Ms-Request-Id', exchange.correlationId],
    ...range,
  ] as const
  const body = errorXml(wire, exchange.correlationId, clock.now())
  await sendFailure(exchange, { status: wire.status, headers, body, allowed: allowedBy(known.detail) })
}
