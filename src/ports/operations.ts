import type { Command } from './command.ts'

/**
 * A long-running operation begins with the command that it is about (`deleteResource`): done with it, or InProgress where something remains that a job
 * carries to its end (app/jobs/). What runs is there until it has ended.
 */
export interface StoredOperation {
  id: string
  /** What it is about. */
  resourceKey: string
  subscriptionId: string
  /** Only who began it, or who may read the resource, sees it. */
  principalId: string
  status: 'InProgress' | 'Succeeded' | 'Failed' | 'Canceled'
  /** JSON of the final answer's body or of its error. */
  result: string | null
  startedAt: number
  endedAt: number | null
}

/** What is known of one before its command says how far it came. */
export type BegunOperation = Pick<StoredOperation, 'id' | 'subscriptionId' | 'principalId'>

/** Long-running operations that a client polls. The promises are those of `metadata-store.ts`. */
export interface OperationReads {
  operation(id: string): Promise<StoredOperation | undefined>
}

export interface OperationCommands {
  /** Once: what has ended stays as it ended. */
  endOperation: Command<{ id: string; status: 'Succeeded' | 'Failed' | 'Canceled'; result: string | null; now: number }, void>
  /** Those that ended before. */
  reapOperations: Command<{ before: number; limit: number }, number>
}
