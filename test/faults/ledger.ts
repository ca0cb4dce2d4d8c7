// What the registry has promised, kept outside of it: each fact is a register with the writes that were made to it.

interface Write<Value> {
  value: Value
  began: number
  ended: number
  acknowledged: boolean
}

export interface Pending {
  /** The server said that it is done. */
  acknowledge(): void
  /** The server said that it is not done. Without either, nobody knows. */
  refuse(): void
}

let clock = 0

/**
 * One fact. Its value may be that of any write that no later acknowledged one has certainly replaced: one that began
 * after it had ended. A write without an answer has no end.
 */
export class Register<Value> {
  #writes: Write<Value>[]

  constructor(initial: Value) {
    this.#writes = [{ value: initial, began: 0, ended: 0, acknowledged: true }]
  }

  begin(value: Value): Pending {
    const write: Write<Value> = { value, began: ++clock, ended: Number.POSITIVE_INFINITY, acknowledged: false }
    this.#writes.push(write)
    return {
      acknowledge: () => {
        write.ended = ++clock
        write.acknowledged = true
        this.#writes = this.#possibleWrites()
      },
      refuse: () => {
        this.#writes = this.#writes.filter((each) => each !== write)
      },
    }
  }

  #possibleWrites(): Write<Value>[] {
    const replaced = Math.max(...this.#writes.filter((each) => each.acknowledged).map((each) => each.began))
    return this.#writes.filter((each) => each.ended >= replaced)
  }

  possible(): Set<Value> {
    return new Set(this.#possibleWrites().map((each) => each.value))
  }

  /** Nothing is under way any more, and this is what was found. */
  settle(value: Value): void {
    this.#writes = [{ value, began: ++clock, ended: ++clock, acknowledged: true }]
  }
}

/** An upload session: what was acknowledged of it, and what is under way. */
export interface Session {
  repository: string
  location: string
  bytes: Buffer
  acknowledged: number
  /** Bytes of a chunk that has no answer yet. */
  underWay: number
  /** Its last PUT has no answer yet. */
  finishing: boolean
}

type Kind = 'blob' | 'manifest' | 'tag'

export interface Fact {
  kind: Kind
  repository: string
  /** A digest, or a tag's name. */
  reference: string
  register: Register<string | undefined>
}

export class Ledger {
  readonly facts = new Map<string, Fact>()
  readonly bytes = new Map<string, Buffer>()
  readonly sessions = new Set<Session>()
  /** A manifest and a tag that came with one PUT: both are there or none is. */
  readonly pairs = new Set<{ manifest: Fact; tag: Fact; digest: string }>()
  /** Writes that were acknowledged, for the printed figures. */
  acknowledged = 0

  /** A fact about a blob or manifest holds its own digest when it is there, a tag the digest that it points to. */
  fact(kind: Kind, repository: string, reference: string): Fact {
    const key = `${kind} ${repository} ${reference}`
    let fact = this.facts.get(key)
    if (!fact) this.facts.set(key, (fact = { kind, repository, reference, register: new Register<string | undefined>(undefined) }))
    return fact
  }

  /** Of a tag or a manifest that is written anew: of the PUT before, of which nobody knows, the one may be there without the other from then on. */
  partPairs(fact: Fact): void {
    for (const pair of this.pairs) if (pair.tag === fact || pair.manifest === fact) this.pairs.delete(pair)
  }

  of(kind: Kind, repository?: string): Fact[] {
    return [...this.facts.values()].filter((fact) => fact.kind === kind && (repository === undefined || fact.repository === repository))
  }

  /** The same promises for a copy of the data directory. Only when nothing is under way. */
  copy(): Ledger {
    const copy = new Ledger()
    for (const { kind, repository, reference, register } of this.facts.values())
      copy.fact(kind, repository, reference).register.settle([...register.possible()][0])
    for (const [digest, bytes] of this.bytes) copy.bytes.set(digest, bytes)
    for (const session of this.sessions) copy.sessions.add({ ...session })
    return copy
  }
}
