import type { Digest } from './digest.ts'

/** What an image runs on. Null: it does not say. */
export interface Platform {
  architecture: string | null
  os: string | null
}

/** Configs of these types say for which platform their image is; any other config is an artifact's own. */
export const imageConfigTypes: ReadonlySet<string> = new Set([
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
])

/** Reads an image's config (OCI image-spec, config.md). What cannot be read says nothing: a push never fails for it. */
export function parseImageConfig(bytes: Uint8Array): Platform {
  try {
    return platformOf(JSON.parse(new TextDecoder().decode(bytes)))
  } catch {
    return platformOf(undefined)
  }
}

/** The platforms of an index's children, in its order. The bytes are of a manifest that was read strictly when it was put. */
export function childPlatforms(bytes: Uint8Array): (Platform & { digest: Digest })[] {
  const { manifests } = JSON.parse(new TextDecoder().decode(bytes)) as { manifests?: { digest: Digest; platform?: unknown }[] | null }
  return (manifests ?? []).map(({ digest, platform }) => ({ digest, ...platformOf(platform) }))
}

const longestWord = 64

function platformOf(value: unknown): Platform {
  const object = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>
  const word = (name: string): string | null => {
    const text = Object.hasOwn(object, name) ? object[name] : undefined
    return typeof text === 'string' && text !== '' && text.length <= longestWord ? text : null
  }
  return { architecture: word('architecture'), os: word('os') }
}
