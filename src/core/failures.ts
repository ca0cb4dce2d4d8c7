import type { Digest } from './digest.ts'
import type { Reference } from './reference.ts'
import { RegistryError } from './registry-error.ts'

// Each failure that several places meet, built once. Those of the control plane have a table (control-failures/), what is
// disallowed has its one sentence (disallowed.ts).

export const addressRefused = (address: string): RegistryError =>
  new RegistryError(
    'address-refused',
    `client with IP '${address}' is not allowed access. Refer https://aka.ms/acr/firewall to grant access.`,
  )

export const unknownRepository = (name: string): RegistryError =>
  new RegistryError('name-unknown', 'repository name not known to registry', { name })

/** @param why behind "is not found" */
export const unknownManifest = (reference: Reference, why = ''): RegistryError =>
  reference.kind === 'tag'
    ? new RegistryError('manifest-unknown', `manifest tagged by "${reference.tag}" is not found${why}`, { Tag: reference.tag })
    : new RegistryError('manifest-unknown', `manifest ${reference.digest} is not found${why}`, { Digest: reference.digest })

export const unknownTag = (tag: string): RegistryError => new RegistryError('tag-unknown', 'the specified tag does not exist', { tag })

export const unknownBlob = (digest: Digest): RegistryError => new RegistryError('blob-unknown', 'blob unknown to registry', { digest })

export const lostBlob = (digest: Digest): RegistryError =>
  new RegistryError(
    'blob-lost',
    `blob ${digest} is lost where this server keeps its bytes: push it again, or ask who runs the registry for a backup`,
    {
      digest,
    },
  )

/** @param upload where a client named one that can be one */
export const unknownUpload = (upload?: string): RegistryError =>
  new RegistryError('upload-unknown', 'blob upload unknown to registry', upload === undefined ? {} : { upload })

/** An object of the directory, as Graph words it. @param name whatever it was asked for by */
export const unknownObject = (name: string): RegistryError =>
  new RegistryError(
    'not-found',
    `Resource '${name.slice(0, 200)}' does not exist or one of its queried reference-property objects are not present.`,
    { id: name.slice(0, 200) },
  )

/** @param etag what is there now; undefined: nothing */
export const preconditionFailed = (etag: string | undefined): RegistryError =>
  etag === undefined
    ? new RegistryError('precondition-failed', 'the precondition does not hold: there is nothing yet')
    : new RegistryError('precondition-failed', `the precondition does not hold: its entity tag is "${etag}"`, { etag })
