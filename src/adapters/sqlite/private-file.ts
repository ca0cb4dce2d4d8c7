import { closeSync, openSync } from 'node:fs'

/** SQLite makes its files for everybody; it writes into an empty one that is there, and its companions get the same mode. */
export const makePrivate = (path: string): void => closeSync(openSync(path, 'a', 0o600))
