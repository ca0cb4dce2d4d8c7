// What the programs answer, in either language.

export interface Shown {
  id: string
  name: string
  type: string
  location: string
  tags: Record<string, string>
  loginServer: string
  provisioningState: string
  adminUserEnabled: boolean
  anonymousPullEnabled: boolean
  sku: string
  ranges: string[]
  isNew: boolean
}
export interface Refusal {
  status: number
  code?: string
}
export interface Passwords {
  username: string
  values: string[]
}
export interface RegistryAnswer {
  free: boolean
  taken: boolean
  missing: Refusal
  wrong: Refusal
  created: Shown
  updated: Shown
  shown: Shown
  credentials: Passwords
  renewed: Passwords
  scopeMaps: string[]
  tokens: string[]
  generated: Passwords
  usages: string[]
  listed: string[]
  listedInGroup: string[]
}
export interface Rights {
  canDelete: boolean
  canWrite: boolean
  canList: boolean
  canRead: boolean
}
export interface Seen {
  digest: string
  tags: string[]
  size: number
  architecture: string | null
  system: string | null
}
export interface ContentAnswer {
  layer: { digest: string; size: number; expected: string }
  downloaded: string
  first: string
  second: string
  index: string
  imageSizes: [number, number]
  byTag: { digest: string; mediaType: string; layers: number }
  byDigest: { mediaType: string; isSame: boolean }
  seen: {
    repositories: string[]
    properties: { name: string; tags: number; manifests: number }
    manifests: string[]
    newestFirst: string[]
    tags: [string, string][]
    pages: string[][]
    image: Seen
    index: Seen
    tag: string
    /** JavaScript's alone tells these. */
    server?: string
    parts?: [digest: string, architecture: string, system: string][]
  }
  locked: Record<'tag' | 'manifest' | 'repository', Rights> & Record<'refusedTag' | 'refusedManifest' | 'refusedRepository', Refusal>
  unlocked: Record<'tag' | 'manifest' | 'repository', Rights>
  after: {
    untagged: string[]
    manifests: string[]
    goneBlob: number
    goneManifest: number
    goneRepository: Refusal
    repositories: string[]
  }
  again: string
}
export interface AnonymousAnswer {
  repositories: string[]
  digest: string
  layer: [named: string, got: string]
  tags: string[]
  push: Refusal
  lock: Refusal
  remove: Refusal
}
