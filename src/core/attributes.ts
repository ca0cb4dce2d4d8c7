/** ACR's changeable attributes. A repository, a tag and a manifest each have their own; none changes another's. */
export interface Attributes {
  /** False blocks deleting. */
  deleteEnabled: boolean
  /** False blocks pushing, and deleting too. */
  writeEnabled: boolean
  /** False blocks pulling. */
  readEnabled: boolean
  /** False hides it from lists; who asks for it by its name finds it. */
  listEnabled: boolean
}

export const attributeNames = [
  'deleteEnabled',
  'writeEnabled',
  'readEnabled',
  'listEnabled',
] as const satisfies readonly (keyof Attributes)[]

/** What a scanner says of a manifest; kept and told. */
export interface Quarantine {
  quarantineState: string
  quarantineDetails: string
}

export type AttributesChange = Partial<Attributes & Quarantine>
