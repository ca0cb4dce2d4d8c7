/** What is said in English: `migrate`. */
export const move = {
  'migrate.summary': 'Move the registry to PostgreSQL and a bucket, or back, while it is used.',
  'migrate.more': `The server goes on while everything is copied and compared. Then nothing is written for a moment, the last changes are brought
over, and the old place is left: its server reads on, answers writes with 503, and is to be started at the new place, with
the settings that are told at the end. Ended anywhere, the same command goes on. Uploads under way begin again where blobs
are moved. The old place keeps what it had; delete it when you are sure. Exit code 1 when nothing was switched.

Examples:
  longshore migrate --to-store postgres://longshore@db.example.org/longshore --to-blobs s3://images --dry-run
  longshore migrate --to-store postgres://longshore@db.example.org/longshore --to-blobs s3://images
  longshore migrate --to-store /srv/longshore --to-blobs files
  longshore migrate --undo`,
  'migrate.to-store': 'where the facts go: postgres://…, another data folder, or sqlite for this one',
  'migrate.to-store-password-file': 'a file with the password of that database',
  'migrate.to-blobs': 'where the bytes of blobs go, as LONGSHORE_BLOBS has it',
  'migrate.dry-run': 'only say what there is to move',
  'migrate.verify': 'read each copied blob again and compare it with its digest',
  'migrate.undo': 'give a move up, or go back to the place that was left',
  'migrate.facts': 'Facts',
  'migrate.blobs': 'Blobs',
  'migrate.way': '{from} → {to}',
  'migrate.rows': 'Rows',
  'migrate.objects': 'Objects to copy',
  'migrate.bytes': 'Bytes to copy',
  'migrate.uploads': 'Uploads that begin again',
  'migrate.goes-on': 'A move that was begun before goes on',
  'migrate.yes': 'yes',
  'migrate.copied': 'Objects copied',
  'migrate.last': 'Changes in the pause',
  'migrate.pause': 'Without writes',
  'migrate.milliseconds': '{milliseconds} ms',
  'migrate.next': 'Start the server with',
  'migrate.progress.objects': '{done} of {of} objects, {size}',
  'migrate.progress.rows': '{table}: {done} of {of} rows',
  'migrate.progress.changes': '{rows, plural, one {# row was} other {# rows were}} changed meanwhile, and brought over',
  'migrate.progress.compared':
    '{tables, plural, one {# table} other {# tables}} compared at both places, {rows, plural, one {# row} other {# rows}}: the same',
  'migrate.progress.paused': 'nothing is written until the last changes are over there',
  'migrate.progress.moved': 'moved; nothing was written for {milliseconds} ms',
  'migrate.undone': 'Registry again',
  'migrate.undone.more': 'What was written at {to} since is not here.',
} as const
