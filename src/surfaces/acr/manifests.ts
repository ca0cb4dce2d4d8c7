import type { Platform } from '#core/platform.ts'
import type { ListPage, ManifestAttributes } from '#ports/repository-attributes.ts'
import type { ShownManifest } from '#app/repositories/manifests.ts'
import { type Answer, json } from '#http/answer.ts'
import type { OfKind } from '#http/surface.ts'
import { readChange } from './change.ts'
import { type Context, visit } from './context.ts'
import { linkTo, takePage } from './pages.ts'
import type { AcrRequest } from './request.ts'
import { formatTime } from './times.ts'

type Of<Kind> = OfKind<AcrRequest, Kind>

/** As in ACR, a list leaves out what an index refers to: that is told of each by itself. */
export async function listManifestAttributes(context: Context, request: Of<'manifests.list'>): Promise<Answer> {
  const { repository } = request
  const read = (page: ListPage) => context.metadata.manifests(visit(context, repository), page)
  const { items, next } = await takePage(request.page, (manifest) => manifest.digest, read)
  const link = next ? [linkTo({ ...request, page: next })] : []
  return json(200, { registry: context.loginServer, imageName: repository, manifests: items.map(formatManifest) }, link)
}

export async function getManifest(context: Context, { repository, digest }: Of<'manifest.get'>): Promise<Answer> {
  return answerWith(context, repository, await context.metadata.manifest(visit(context, repository), digest))
}

export async function changeManifest(context: Context, { repository, digest }: Of<'manifest.update'>): Promise<Answer> {
  const change = await readChange(context.http)
  return answerWith(context, repository, await context.metadata.updateManifest(visit(context, repository), digest, change))
}

function answerWith({ loginServer }: Context, repository: string, { manifest, references }: ShownManifest): Answer {
  const shown = { ...formatManifest(manifest), ...(references ? { references: references.map(withPlatform) } : {}) }
  return json(200, { registry: loginServer, imageName: repository, manifest: shown })
}

/** What is not known is left out; so are the tags of a manifest that has none, by which clients know what is untagged. */
function formatManifest(manifest: ManifestAttributes) {
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
