import type { Command } from './command.ts'

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

export interface OperationReads {
  operation(id: string): Promise<StoredOperation | undefined>
}

export interface OperationCommands {
  putOperation: Command<{ operation: StoredOperation }, void>
  /** Those that ended before. */
  reapOperations: Command<{ before: number; limit: number }, number>
}

/**
 * Long-running operations that a client polls.
 * Its promises are those of `metadata-store.ts`.
 */
export interface Operations extends OperationReads, OperationCommands {}
