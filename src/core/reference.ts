import { type Digest, isDigest, parseDigest } from './digest.ts'
import { RegistryError } from './registry-error.ts'

declare const repositoryName: unique symbol
declare const tag: unique symbol
/** A repository's name, without the registry's host: `team/app`. */
export type RepositoryName = string & { readonly [repositoryName]: true }
export type Tag = string & { readonly [tag]: true }
export type Reference = { kind: 'tag'; tag: Tag } | { kind: 'digest'; digest: Digest }

// OCI distribution-spec, "Pulling manifests": <name>, and <reference> as a tag.
const component = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/
const tagForm = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/
const longestName = 255

/** Reads a repository's name. Fails with `name-invalid`, which tells the part that is wrong and, if lower case cures it, the cure. */
export function parseRepositoryName(text: string): RepositoryName {
  if (text.length > longestName)
    throw new RegistryError('name-invalid', `invalid repository name: longer than ${longestName} characters`, {
      length: text.length,
    })
  for (const part of text.split('/')) if (!component.test(part)) throw invalidName(text, part)
  return text as RepositoryName
}

function invalidName(name: string, part: string): RegistryError {
  const lower = name.toLowerCase()
  const cured = lower !== name && lower.split('/').every((each) => component.test(each))
  const why =
    part === ''
      ? 'it has an empty component'
      : `component "${part.slice(0, 80)}" must be lower-case letters and digits, with single '.', '_', '__' or dashes between them`
  return new RegistryError('name-invalid', `invalid repository name: ${why}${cured ? `; write "${lower}"` : ''}`, {
    name: name.slice(0, longestName),
    component: part.slice(0, 80),
    ...(cured ? { suggestion: lower } : {}),
  })
}

export const isTag = (text: string): text is Tag => tagForm.test(text)

/** Reads a tag. Fails with `tag-invalid`. */
export function parseTag(text: string): Tag {
  if (isTag(text)) return text
  throw new RegistryError(
    'tag-invalid',
    "invalid tag: expected up to 128 letters, digits, '_', '.' and '-', not starting with '.' or '-'",
    { tag: text.slice(0, 200) },
  )
}

/** Reads what stands after `/manifests/`: a digest when it has a colon, else a tag. */
export function parseReference(text: string): Reference {
  if (isDigest(text)) return { kind: 'digest', digest: text }
  if (text.includes(':')) return { kind: 'digest', digest: parseDigest(text) }
  return { kind: 'tag', tag: parseTag(text) }
}

export const formatReference = (reference: Reference): string => (reference.kind === 'tag' ? reference.tag : reference.digest)
