/**
 * The order in which a command touches tables, the same in all of them, so that two commands never wait for each other in a
 * circle. Several rows of one table are touched in the order of their key. A lock is never raised. What is read without a
 * lock before may have changed by the time its rows are held: where that matters the command looks again, and is run again
 * whole when it finds another state (run-again.ts). Why this order and no other: docs/decisions/0052.
 *
 * `… made` is a row that was not there: who makes one waits only for somebody who makes the same.
 * `… taken` is a row that goes and is held already.
 */
export const lockOrder = [
  'registry',
  'repository made',
  'repository_deletion',
  'upload',
  'manifest',
  'deleted_manifest',
  'manifest taken',
  'repo_blob',
  'blob',
  'object',
  'repo_blob made',
  'gc_queue',
  'blob_in_use',
  'manifest_ref',
  'manifest_body',
  'tag',
  'deleted_tag',
  'tag taken',
  // Its counters and times, which each push changes: held for the moment of the commit.
  'repository',
  'job',
  'storage_limit',
  'usage',
] as const

/** Rows that are only added, each with a number of its own: nobody waits for one. */
export const addedTo = ['event', 'tag_history'] as const

/** The control plane's own. Its commands are few; two of them that wait for each other are told so and run again. */
export const ofControlPlane = [
  'installation',
  'time_mark',
  'tenant',
  'directory_object',
  'directory_identifier_uri',
  'directory_secret',
  'directory_member',
  'sign_in',
  'familiar_address',
  'resource',
  'role_assignment',
  'custom_role',
  'credential',
  'signing_key',
  'operation',
] as const
