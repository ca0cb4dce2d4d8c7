/**
 * What follows from a value that never changes, worked out once and gone with the value. Nothing has to end it, so this
 * is the one thing that a module of `app/` or `surfaces/` may keep (test/house.test.ts).
 */
export function readOnce<Value extends object, Result>(read: (value: Value) => Result): (value: Value) => Result {
  const known = new WeakMap<Value, { result: Result }>()
  return (value) => {
    let found = known.get(value)
    if (!found) known.set(value, (found = { result: read(value) }))
    return found.result
  }
}
