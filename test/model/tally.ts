import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'

/** Counts what was compared, and gathers what differs. */
export class Tally {
  allowed = 0
  refused = 0
  readonly differences: string[] = []

  /** Whether what happened is what was expected: something allowed, or refused. */
  see(actual: boolean, expected: boolean, ...what: readonly unknown[]): void {
    this.compare(actual ? 'allowed' : 'refused', expected ? 'allowed' : 'refused', expected, ...what)
  }

  /** The same of statuses. */
  compare(actual: unknown, expected: unknown, isAllowed: boolean, ...what: readonly unknown[]): void {
    if (isAllowed) this.allowed++
    else this.refused++
    if (actual !== expected)
      this.differences.push(`${what.map((each) => JSON.stringify(each)).join(' ')}: expected ${String(expected)}, was ${String(actual)}`)
  }

  end(test: TestContext): void {
    const cases = this.allowed + this.refused
    test.diagnostic(`${cases} cases: ${this.allowed} allowed, ${this.refused} refused, ${this.differences.length} different`)
    assert.deepEqual(this.differences.slice(0, 40), [])
    assert.ok(this.allowed > 0 && this.refused > 0)
  }
}
