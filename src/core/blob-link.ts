import type { Digest } from './digest.ts'
import type { RepositoryName } from './reference.ts'

/** Who has it reads this blob of this repository until then, without a name or a password. */
export interface BlobLink {
  repository: RepositoryName
  digest: Digest
  /** Milliseconds since 1970, a whole second. */
  expires: number
  /** Of the deployment, over all of this; empty where somebody left it out. */
  signature: string
}
