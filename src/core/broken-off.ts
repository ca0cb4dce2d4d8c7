/**
 * An answer or a body that ended before its end. Nobody is to be told: the connection is cut, so that no one takes what
 * came for the whole; the log has the name.
 */
export class BrokenOff extends Error {
  readonly as: 'broken-off' | 'corrupt-blob' = 'broken-off'
}
