import type { CollectionCommands, CollectionReads } from './collection.ts'
import type { ContentCommands, ContentReads } from './content.ts'
import type { CredentialCommands, CredentialReads } from './credentials.ts'
import type { DirectoryCommands, DirectoryReads } from './directory.ts'
import type { EventLogCommands, EventLogReads } from './event-log.ts'
import type { InstallationCommands, InstallationReads } from './installation.ts'
import type { JobQueueCommands, JobQueueReads } from './job-queue.ts'
import type { OperationCommands, OperationReads } from './operations.ts'
import type { RegistryReads } from './registries.ts'
import type { DeletedContentReads } from './deleted-content.ts'
import type { RepositoryAttributeCommands, RepositoryAttributeReads } from './repository-attributes.ts'
import type { ResourceCommands, ResourceReads } from './resources.ts'
import type { RoleCommands, RoleReads } from './roles.ts'
import type { SignInCommands, SignInReads } from './sign-ins.ts'
import type { SigningKeyCommands, SigningKeyReads } from './signing-keys.ts'
import type { UploadCommands, UploadReads } from './uploads.ts'
import type { UsageReads } from './usage.ts'

/**
 * The facts: what there is, who may read which bytes, what is held and until when.
 *
 * Promises of every adapter:
 * - A command (below) is one transaction: it happens whole or not at all, and its decision is taken inside it.
 *   When its promise resolves it is durable; when it rejects with a RegistryError nothing of it happened.
 *   Any number of commands may be under way at once; each sees the ones that resolved before it began.
 * - A read sees at least every command that resolved before it began, or before its request did (`asOneRequest`).
 * - Times are milliseconds since 1970, given by the caller. Where several servers write, those of leases, uploads and collection
 *   count from the database's clock (leases.ts), and a server whose clock is further off than `skew` can write nothing.
 * - `storage-full` and `storage-failed` are thrown by any command when the disk refuses; the store goes on when it no longer does.
 */
export interface MetadataStore extends MetadataReads, MetadataCommands {
  /** By how much a caller's clock may differ from the one that judges (leases.ts): 0 where they are one. */
  readonly skew: number
  /**
   * Does work that is one request: what is kept in memory of rights, credentials, keys and settings need be proven once for all that it
   * reads. It sees what was answered before it began, and what it changed itself. Outside of it each read sees what was answered before.
   */
  asOneRequest<Result>(work: () => Result): Result
  /** Waits for the commands under way, then closes. */
  close(): Promise<void>
}

export interface MetadataReads
  extends ContentReads,
    UploadReads,
    RepositoryAttributeReads,
    DeletedContentReads,
    RegistryReads,
    CredentialReads,
    SigningKeyReads,
    CollectionReads,
    UsageReads,
    ResourceReads,
    RoleReads,
    OperationReads,
    DirectoryReads,
    SignInReads,
    InstallationReads,
    EventLogReads,
    JobQueueReads {}

/** Each is one transaction. Failures that are not of the disk are named at each. */
export interface MetadataCommands
  extends ContentCommands,
    UploadCommands,
    RepositoryAttributeCommands,
    CredentialCommands,
    SigningKeyCommands,
    CollectionCommands,
    ResourceCommands,
    RoleCommands,
    OperationCommands,
    DirectoryCommands,
    SignInCommands,
    InstallationCommands,
    EventLogCommands,
    JobQueueCommands {}
