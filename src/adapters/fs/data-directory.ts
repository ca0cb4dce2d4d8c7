import { join } from 'node:path'

/**
 * data directory (mode 0700)
 *   owner.db owner.pid   who has it: an exclusive lock that the system drops with the process, and its pid for people
 *   first-passwords      what the first start made, until a person takes it away (mode 0400)
 *   longshore.db         the facts (SQLite, with -wal and -shm beside it; -.move is locked by who moves them elsewhere)
 *   ballast              space that is given up when the disk is full, so that deletes can still be written
 *   objects/             the bytes
 *   keys/secret.key      encrypts secrets that must be shown again; without it a copy of the database tells none
 *   tls/                 the local certificate authority and the server's certificate; bundle.pem, with the system's roots
 *   azure/               the profile of az that "longshore env" sets
 *   control.sock         the running server's door for the command line (mode 0600)
 */
export interface DataDirectory {
  root: string
  database: string
  ballast: string
  objects: string
  secretKey: string
  tls: string
  control: string
}

export const dataDirectory = (root: string): DataDirectory => ({
  root,
  database: join(root, 'longshore.db'),
  ballast: join(root, 'ballast'),
  objects: join(root, 'objects'),
  secretKey: join(root, 'keys', 'secret.key'),
  tls: join(root, 'tls'),
  control: join(root, 'control.sock'),
})
