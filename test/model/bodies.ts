/** What a request brings, whole. */
export const of = (bytes: Uint8Array) => ({ length: bytes.length, bytes: (async function* () { yield bytes })() }) // biome-ignore format: one line
export const text = (value: string) => of(Buffer.from(value))

/** A body of which pieces come one by one. */
export function slow() {
  const pieces: { bytes: Uint8Array | Error; taken: () => void }[] = []
  let wake = () => {}
  let ended = false
  const give = (bytes: Uint8Array | Error) =>
    new Promise<void>((taken) => {
      pieces.push({ bytes, taken })
      wake()
    })
  async function* bytes(): AsyncIterable<Uint8Array> {
    for (;;) {
      const next = pieces.shift()
      if (next) {
        next.taken()
        if (next.bytes instanceof Error) throw next.bytes
        yield next.bytes
      } else if (ended) return
      else await new Promise<void>((resolve) => (wake = resolve))
    }
  }
  return {
    body: { length: undefined, bytes: bytes() },
    give,
    end: () => {
      ended = true
      wake()
    },
  }
}
