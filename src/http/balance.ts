/** So many times the mean, and so many more than it, is too much: of less a new connection would mend as much as it spoils. */
const mostOfMean = 1.5
const mostAbove = 2

/**
 * The kernel deals out connections by a hash: of four all may come to one thread. A thread that has too many of those in use ends
 * one of them with an answer, now and then; its client comes back to any of the threads.
 */
export function hasTooMany(own: number, ofAll: number, threads: number): boolean {
  const mean = ofAll / threads
  return own > mean * mostOfMean && own - mean >= mostAbove
}
