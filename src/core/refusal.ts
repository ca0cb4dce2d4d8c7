/**
 * Why something that the operator asked for was not done, when a person can do something about it. Each has a sentence in the
 * catalogues of the command line (`refusal.<reason>`), which takes its blanks from the detail.
 */
export const refusalReasons = [
  'no-registry',
  'registry-unknown',
  'directory-owned',
  'database-missing',
  'key-missing',
  'key-foreign',
  'objects-missing',
  'blobs-unreachable',
  'blobs-unfit',
  'owner-silent',
  'owner-gone',
  'socket-path-too-long',
  'server-must-stop',
  'address-in-use',
  'address-not-permitted',
  'address-not-here',
  'few-open-files',
  'permission',
  'read-only',
  'path-gone',
  'wrong-kind',
  'settings-unreadable',
  'setting-near',
  'setting-unknown',
  'setting-value',
  'settings-file',
  'settings-form',
  'settings-item',
  'host-below-domain',
  'offload-without-proxy',
  'downloads-with-sas',
  'downloads-without-bucket',
  'offload-group-alone',
  'offload-beside-bucket',
  'group-unknown',
  'group-not-ours',
  'tls-half',
  'tls-unreadable',
  'tls-not-pem',
  'tls-mismatch',
  'principal-there',
  'password-file',
  'password-file-there',
  'disk-full',
  'database-damaged',
  'database-away',
  'clock-off',
  'collection-rests',
  'collection-paused',
  'backup-target-not-empty',
  'backup-unreadable',
  'backup-newer',
  'backup-elsewhere',
  'backup-damaged',
  'restore-target-not-empty',
  'restore-unfinished',
  'no-local-authority',
  'last-owner',
  'admin-off',
  'name-of-several',
  'principal-unknown',
  'role-unknown',
  'role-not-held',
  'scope-without-role',
  'no-subscription',
  'interrupted',
  'job-not-waiting',
  'hosts-not-permitted',
  'kubectl-missing',
  'kubectl-failed',
  'pull-login-several',
  'pull-password-there',
  'pull-token-other',
  'pull-secret-foreign',
  'pull-password-given',
  'registry-unreachable',
  'registry-refuses',
  'registry-not-ready',
] as const

export type RefusalReason = (typeof refusalReasons)[number]
export type RefusalDetail = Readonly<Record<string, string | number>>

export class Refusal extends Error {
  readonly reason: RefusalReason
  readonly detail: RefusalDetail

  constructor(reason: RefusalReason, detail: RefusalDetail = {}) {
    super(`${reason} ${JSON.stringify(detail)}`)
    this.name = 'Refusal'
    this.reason = reason
    this.detail = detail
  }
}
