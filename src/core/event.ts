/**
 * What happened to content and resources, in the words of what did it. Each kind has its details; who reads events (webhooks,
 * an audit, other regions) needs nothing else of the moment in which they were written.
 */
export interface EventDetails {
  /** Under each of these tags; with none, by its digest alone. */
  'manifest.pushed': { repository: string; digest: string; mediaType: string; size: number; tags: readonly string[] }
  'manifest.pulled': { repository: string; digest: string; tag?: string }
  'manifest.deleted': { repository: string; digest: string; tags: readonly string[] }
  'tag.deleted': { repository: string; tag: string; digest: string }
  'blob.deleted': { repository: string; digest: string }
  'repository.deleted': { repository: string }
  /** Of a repository, of its tag, or of its manifest. */
  'attributes.changed': { repository: string; tag?: string; digest?: string; change: Readonly<Record<string, unknown>> }
  'resource.written': { id: string; type: string; created: boolean }
  /** What lay below it went too. */
  'resource.deleted': { id: string }
  'credential.renewed': { principal: string; slot: string }
  'credential.deleted': { principal: string; slot: string }
  'key.added': { kid: string; othersRevoked: boolean }
  'role.assigned': { scope: string; name: string; principalId: string; roleId: string }
  'role.unassigned': { scope: string; name: string; principalId: string; roleId: string }
  'role-definition.written': { id: string; name: string }
  'role-definition.deleted': { id: string; name: string }
  'directory.created': { tenantId: string }
  'directory-object.written': { id: string; kind: string; name: string }
  'directory-object.deleted': { id: string; kind: string; name: string }
  'secret.added': { objectId: string; keyId: string; kind: string; othersDeleted: boolean }
  'secret.deleted': { objectId: string; keyId: string }
  'member.added': { groupId: string; memberId: string }
  'member.removed': { groupId: string; memberId: string }
}

export type EventKind = keyof EventDetails

export type EventOf<Kind extends EventKind> = { kind: Kind; details: EventDetails[Kind] }
export type AnyEvent = { [Kind in EventKind]: EventOf<Kind> }[EventKind]
