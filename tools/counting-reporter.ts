import { appendFileSync } from 'node:fs'

interface TestEvent {
  type: string
  data: { name?: string; details?: { type?: string }; skip?: unknown; todo?: unknown; file?: string }
}

/** Writes one letter a finished test (suites and files do not count) to the file named by TEST_COUNT_FILE: p passed, f failed, s skipped. */
export async function* countTests(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const path = process.env.TEST_COUNT_FILE
  if (!path) throw new Error('TEST_COUNT_FILE must name the file to count into')
  for await (const { type, data } of source) {
    if (type !== 'test:pass' && type !== 'test:fail') continue
    if (data.details?.type === 'suite') continue
    appendFileSync(path, type === 'test:fail' ? 'f' : data.skip === undefined ? 'p' : 's')
  }
  yield ''
}

// Node's runner takes a reporter by its default export.
// oxlint-disable-next-line import/no-default-export
export default countTests
