// A store, or anything else whose verbs are called, that answers in order what it is told to and writes down what it was asked.
export function scripted(answers: Record<string, readonly unknown[]> = {}) {
  const asked: [verb: string, input: unknown][] = []
  const left = Object.fromEntries(Object.entries(answers).map(([verb, each]) => [verb, [...each]]))
  const answer = (verb: string) => async (input: unknown) => {
    asked.push([verb, input])
    const next = left[verb]?.shift()
    if (next instanceof Error) throw next
    return next
  }
  const verbs = new Proxy({}, { get: (_, verb: string) => (verb === 'then' ? undefined : answer(verb)) })
  const of = (verb: string) => asked.filter(([each]) => each === verb).map(([, input]) => input as Record<string, unknown>)
  return { store: verbs as never, asked, of, names: () => asked.map(([verb]) => verb) }
}
