import type { Platform } from '#core/platform.ts'
import type { ListPage, ManifestAttributes } from '#ports/repository-attributes.ts'
import { listManifests, type ShownManifest, showManifest, updateManifest } from '#app/repositories/manifests.ts'
import { formatTime, sendJson } from './answers.ts'
import { readChange } from './change.ts'
import type { Context } from './context.ts'
import { linkTo, takePage } from './pages.ts'
import type { AcrRequest } from './request.ts'

type Of<Kind> = Extract<AcrRequest, { kind: Kind }>

/** As in ACR, a list leaves out what an index refers to: that is told of each by itself. */
export async function listManifestAttributes(
  { deps, registry, loginServer, exchange }: Context,
  request: Of<'manifests.list'>,
): Promise<void> {
  const { repository } = request
  const read = (page: ListPage) => listManifests(deps, registry, repository, page)
  const { items, next } = await takePage(request.page, (manifest) => manifest.digest, read)
  const link = next ? [linkTo({ ...request, page: next })] : []
  await sendJson(exchange, 200, { registry: loginServer, imageName: repository, manifests: items.map(told) }, link)
}

export async function getManifest(context: Context, { repository, digest }: Of<'manifest.get'>): Promise<void> {
  await sendManifest(context, repository, await showManifest(context.deps, context.registry, repository, digest))
}

export async function changeManifest(context: Context, { repository, digest }: Of<'manifest.update'>): Promise<void> {
  const change = await readChange(context.exchange)
  await sendManifest(context, repository, await updateManifest(context.deps, context.registry, repository, digest, change))
}

function sendManifest({ exchange, loginServer }: Context, repository: string, { manifest, references }: ShownManifest): Promise<void> {
  const shown = { ...told(manifest), ...(references ? { references: references.map(withPlatform) } : {}) }
  return sendJson(exchange, 200, { registry: loginServer, imageName: repository, manifest: shown })
}

/** What is not known is left out; so are the tags of a manifest that has none, by which clients know what is untagged. */
function told(manifest: ManifestAttributes) {
  const { digest, mediaType, imageSize, configMediaType, createdAt, updatedAt, tags, attributes, ...platform } = manifest
  const { quarantineState, quarantineDetails, ...flags } = attributes
  return {
    digest,
    imageSize,
    createdTime: formatTime(createdAt),
    lastUpdateTime: formatTime(updatedAt),
    ...known(platform),
    mediaType,
    ...known({ configMediaType }),
    ...(tags.length > 0 ? { tags } : {}),
    changeableAttributes: { ...flags, ...known({ quarantineState, quarantineDetails }) },
  }
}

const withPlatform = ({ digest, ...platform }: Platform & { digest: string }) => ({ digest, ...known(platform) })

const known = (values: Readonly<Record<string, string | null>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== null))
