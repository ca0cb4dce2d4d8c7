// What the test asks comes as JSON on standard input; the answer goes out as JSON.
import { json } from 'node:stream/consumers'

/** @param {(question: any) => Promise<unknown>} program */
export async function answer(program) {
  process.stdout.write(JSON.stringify(await program(await json(process.stdin))))
}

/** What an SDK threw: status and code of the service's answer. Fails when nothing is thrown. */
export async function refusalOf(work) {
  try {
    await work()
  } catch (error) {
    const { statusCode, code, details } = error
    if (statusCode === undefined) throw error
    return { status: statusCode, code: code ?? details?.errors?.[0]?.code }
  }
  throw new Error('was not refused')
}

export async function all(iterable) {
  const found = []
  for await (const each of iterable) found.push(each)
  return found
}
