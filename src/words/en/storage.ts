/** What is said in English: `usage`, `gc`, `scrub`, `backup`, `restore`. */
export const storage = {
  'usage.summary': 'How much is stored.',
  'usage.more': `"Used" is what manifests name, each digest once. "Unreferenced" is what no manifest names yet, or any more; it is
collected when its lease is over. "Reserved" is what uploads under way hold a place for. "Given up" is on the disk until its
delay is over. The limit counts used and reserved; the others have as much again.

Examples:
  longshore usage
  longshore usage --output json`,
  'usage.registry': 'Registry',
  'usage.used': 'Used',
  'usage.unreferenced': 'Unreferenced',
  'usage.reserved': 'Reserved',
  'usage.condemned': 'Given up',
  'usage.limit': 'Limit',
  'usage.none': 'none',
  'usage.free': 'Free on disk',

  'count.repositories': 'Repositories',
  'count.manifests': 'Manifests',
  'count.tags': 'Tags',
  'count.blobs': 'Blobs',
  'count.uploads': 'Open uploads',

  'gc.summary': 'Collect what nothing holds any more, now; or tell what holds a digest.',
  'gc.more': `The server collects by itself (--gc-interval); this is a pass at once, with the same safe delays: what was pushed or
answered lately has a lease (--gc-lease), and bytes are deleted only some time after nothing holds them (--gc-delay).

Examples:
  longshore gc
  longshore gc --explain sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08`,
  'gc.explain': 'tell what holds this digest and until when; collects nothing',
  'gc.reviewed': 'Looked at',
  'gc.condemned': 'No longer held',
  'gc.deleted': 'Deleted from disk',
  'gc.uploads': 'Expired uploads',

  'jobs.summary': 'Show what the server has still to do, and what it fails at.',
  'jobs.more': `Some work is done after the change that caused it: a deleted repository is emptied, an operation that a client waits for
is finished, old events go. What fails is tried again by itself, each time after a longer pause.

Examples:
  longshore jobs
  longshore jobs --stuck
  longshore jobs retry 42`,
  'jobs.stuck': 'only what has failed again and again',
  'jobs.none': 'There is nothing to do.',
  'jobs.id': 'id',
  'jobs.kind': 'kind',
  'jobs.about': 'about',
  'jobs.state': 'state',
  'jobs.attempts': 'attempts',
  'jobs.next': 'next try',
  'jobs.error': 'last error',
  'jobs.state.waiting': 'waiting',
  'jobs.state.running': 'running',
  'jobs.state.stuck': 'stuck',
  'jobs.retry.summary': 'Try a job again now.',
  'jobs.retry.more': `Without waiting for its next try: when what it failed at has been mended.

Example:
  longshore jobs retry 42`,
  'jobs.retry.id': 'as "longshore jobs" shows it',

  'explain.unknown': 'Registry {registry} knows nothing of {digest}.',
  'explain.held': '{digest} is held and will not be collected.',
  'explain.free': 'Nothing holds {digest} any more; it will be collected.',
  'explain.absent': 'Registry {registry} does not have {digest}; a manifest names it.',
  'explain.tagged': 'It is a manifest of {repository}, with the tags {tags}.',
  'explain.untagged': 'It is a manifest of {repository}, without a tag.',
  'explain.named': 'Manifest {manifest} of {repository} names it.',
  'explain.lease': '{repository} may read it; its lease runs until {leaseUntil}.',
  'explain.lease-over': '{repository} may read it; its lease ended at {leaseUntil}.',
  'explain.review': 'Collection looks at the link of {repository} again after {reviewAfter}.',
  'explain.object': 'Its bytes are object {objectId} ({bytes}), state {state}.',
  'explain.condemned': 'Object {objectId} ({bytes}) was condemned at {condemnedAt}; its bytes are deleted after {deletedAfter}.',

  'scrub.summary': 'Read all stored bytes again, compare them with their digests, and have the database check itself.',
  'scrub.more': `What is damaged is no longer served; the next push of the same digest heals it. Files that belong to nothing are
listed and left alone. A damaged database is to be replaced by a backup. Reads everything, beside the running server. Exit
code 1 when something bad was found.

Examples:
  longshore scrub
  longshore scrub --output json`,
  'scrub.objects': 'Objects read',
  'scrub.manifests': 'Manifests read',
  'scrub.bytes': 'Bytes read',
  'scrub.bad': 'Bad',
  'scrub.missing': 'missing',
  'scrub.corrupt': 'damaged',
  'scrub.database': 'Database',
  'scrub.sound': 'sound',
  'scrub.strangers': 'Files of nobody',

  'backup.summary': 'Copy the whole registry into a new folder while it is used.',
  'backup.more': `The folder must be empty or absent; it appears under its name only when it is whole. Objects are hard links where the
folder lies on the same file system (fast, no space; copy the folder to another disk then), copies elsewhere. The
running server writes it, so it must be allowed to. The folder has the key to the passwords: keep it as safe as the data.
Exit code 1 when bytes of some digest were missing or damaged.

Examples:
  longshore backup /backups/monday
  longshore backup /backups/monday --output json`,
  'backup.folder': 'where to; empty or absent',
  'backup.path': 'Backup',
  'backup.objects': 'Objects',
  'backup.how': 'linked {linked}, copied {copied}',
  'backup.bytes': 'Bytes',
  'backup.missing': 'Missing',
  'backup.damaged': 'Damaged',

  'restore.summary': 'Fill an empty data folder from a backup.',
  'restore.more': `The server must not run. Everything in the backup is looked at before the first byte is written.

Examples:
  longshore restore /backups/monday --data-dir /srv/longshore
  longshore restore /backups/monday --verify`,
  'restore.folder': 'a folder that "longshore backup" made',
  'restore.verify': 'read every object and manifest and compare it with its digest first, not its length alone',
  'restore.into': 'Data',
  'restore.made': 'State of',
} as const
