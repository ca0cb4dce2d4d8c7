import { type Client, type Connection, DatabaseError, type FieldDef, type Submittable } from 'pg'

/** Prepares a statement and asks which columns it gives, without running it. */
class Describe implements Submittable {
  readonly done: Promise<readonly FieldDef[]>
  readonly #text: string
  readonly #end: { resolve: (fields: readonly FieldDef[]) => void; reject: (error: unknown) => void }
  #fields: readonly FieldDef[] = []

  constructor(text: string) {
    this.#text = text
    const { promise, resolve, reject } = Promise.withResolvers<readonly FieldDef[]>()
    this.done = promise
    this.#end = { resolve, reject }
  }

  submit(connection: Connection): void {
    connection.parse({ name: '', text: this.#text, types: [] }, true)
    connection.describe({ type: 'S', name: '' }, true)
    connection.sync()
  }

  // The client tells the query that it has at work what the server answers.
  handleRowDescription({ fields }: { fields: readonly FieldDef[] }): void {
    this.#fields = fields
  }

  handleError(error: unknown): void {
    this.#end.reject(error)
  }

  handleReadyForQuery(): void {
    this.#end.resolve(this.#fields)
  }
}

/** Its columns, or what the server says against it. */
export async function described(client: Client, text: string): Promise<readonly FieldDef[] | string> {
  const { done } = client.query(new Describe(text))
  return done.catch((error: unknown) => {
    if (error instanceof DatabaseError) return error.message
    throw error
  })
}
