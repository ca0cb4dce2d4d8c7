/**
 * One read for all who ask together. Whoever asks while it is under way gets the next one: what it began before would not see
 * a command that was answered meanwhile. With many callers two are enough for all of them, with one it is a read each.
 */
export function sharedRead<Value>(read: () => Promise<Value>): () => Promise<Value> {
  let next: Promise<Value> | undefined
  let last: Promise<unknown> = Promise.resolve()
  return () => {
    if (!next) {
      const begun = last.then(() => {
        next = undefined
        return read()
      })
      next = begun
      last = begun.catch(() => {})
    }
    return next
  }
}
