/** Values of one statement; few forms, so that each is prepared once. */
const atOnce = [256, 16, 4, 1]

/**
 * The same in pieces that fit into a statement. What a manifest names may be tens of thousands, and a statement for each
 * would keep everybody who writes waiting for seconds.
 */
export function* partsOf<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  let at = 0
  for (const together of atOnce) for (; at + together <= items.length; at += together) yield items.slice(at, at + together)
}

/** `?, ?, ?`, for as many. */
export const marksFor = (items: readonly unknown[], each = '?'): string => Array(items.length).fill(each).join(', ')
