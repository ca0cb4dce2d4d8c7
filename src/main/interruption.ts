/** One Ctrl-C may come twice, from the terminal and from a parent that passes it on. */
const sameSignal = 500

let stopping: AbortController | undefined

/** Aborted by the first SIGINT or SIGTERM; the second one ends the process at once. */
export function interruption(): AbortSignal {
  if (stopping) return stopping.signal
  const controller = new AbortController()
  stopping = controller
  let since = 0
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      const now = performance.now()
      if (controller.signal.aborted && now - since > sameSignal) process.exit(1)
      if (controller.signal.aborted) return
      since = now
      controller.abort()
    })
  return controller.signal
}
