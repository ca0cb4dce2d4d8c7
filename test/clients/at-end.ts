// Undoes what a test did to the machine, also when the test is interrupted.
const undoings = new Set<() => void>()

/** Has `undo` called once: by the function that this answers, or else when the process ends. */
export function atEnd(undo: () => void): () => void {
  undoings.add(undo)
  return () => {
    if (undoings.delete(undo)) undo()
  }
}

process.on('exit', () => {
  for (const undo of undoings) undo()
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1))
