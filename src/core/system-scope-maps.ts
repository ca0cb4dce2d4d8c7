/** Scope maps that each registry has from the beginning and nobody changes (acr "Scope maps and tokens"). */
export interface SystemScopeMap {
  name: string
  description: string
  actions: readonly string[]
}

const all = (...rights: string[]): string[] => rights.map((right) => `repositories/*/${right}`)
const [pull, push, remove] = ['content/read', 'content/write', 'content/delete']
const [metadataRead, metadataWrite] = ['metadata/read', 'metadata/write']

export const systemScopeMaps: readonly SystemScopeMap[] = [
  {
    name: '_repositories_admin',
    description: 'Can perform all read, write and delete operations on the registry',
    actions: all(metadataRead, metadataWrite, pull, push, remove),
  },
  { name: '_repositories_pull', description: 'Can pull any repository of the registry', actions: all(pull) },
  {
    name: '_repositories_pull_metadata_read',
    description: 'Can perform all read operations on the registry',
    actions: all(pull, metadataRead),
  },
  { name: '_repositories_push', description: 'Can push to any repository of the registry', actions: all(pull, push) },
  {
    name: '_repositories_push_metadata_write',
    description: 'Can perform all read and write operations on the registry',
    actions: all(metadataRead, metadataWrite, pull, push),
  },
]

const byName = new Map(systemScopeMaps.map((each) => [each.name, each]))

export const systemScopeMap = (name: string): SystemScopeMap | undefined => byName.get(name.toLowerCase())
