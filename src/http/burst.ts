const waiting: (() => void)[] = []

/**
 * Does something once this turn of the loop has taken in what came. Answers of requests that came together go out
 * together: the first one wakes the other side, and the others cost no waking.
 */
export function afterIntake(work: () => void): void {
  if (waiting.push(work) === 1) setImmediate(flush)
}

function flush(): void {
  const burst = waiting.splice(0)
  for (const work of burst) work()
}
