/** Bytes that travel to an upload worker at once. Two slots a writer: one fills while the other is written. */
export const slotSize = 512 * 1024
/** What addresses, offsets and lengths are multiples of where a disk takes bytes straight from memory. */
export const pageSize = 4096
const inArena = 64

/** A place in the arena, or memory of its own. What a message carries. */
export type Slot = number | SharedArrayBuffer

// The types of Node and ECMAScript leave it out.
declare const WebAssembly: { Memory: new (size: { initial: number; maximum: number; shared: true }) => { buffer: SharedArrayBuffer } }

/**
 * The memory of a serving thread's slots, shared with the workers. It is WebAssembly's because that begins at a page, which plain
 * buffers do not; untouched slots cost nothing.
 */
export const newArena = (): SharedArrayBuffer => {
  const pages = (inArena * slotSize) / (64 * 1024)
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true }).buffer
}

/** A slot's bytes; `slotSize` of them. */
export const bytesOf = (arena: SharedArrayBuffer, slot: Slot): Buffer =>
  typeof slot === 'number' ? Buffer.from(arena, slot * slotSize, slotSize) : Buffer.from(slot)

/** Hands out the arena's slots, the last used first, and memory from elsewhere when all are taken. */
export class Slots {
  readonly arena: SharedArrayBuffer
  readonly #free = Array.from({ length: inArena }, (_, index) => inArena - 1 - index)

  constructor(arena: SharedArrayBuffer) {
    this.arena = arena
  }

  take(): Slot {
    return this.#free.pop() ?? new SharedArrayBuffer(slotSize)
  }

  give(slot: Slot): void {
    if (typeof slot === 'number') this.#free.push(slot)
  }
}
