import { Counter, type Registry as Metrics } from 'prom-client'

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'other'] as const
const indexOf: ReadonlyMap<string, number> = new Map(methods.map((method, index) => [method, index]))
const other = methods.length - 1
/** Upper ends in seconds; the last one takes everything. */
const buckets = [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60, 600, Number.POSITIVE_INFINITY]

const firstStatus = 100
const statuses = 500
/** What a column has: requests by method and status; seconds and buckets by method; bytes that came, that went, and that a front sends. */
const times = methods.length * statuses
const ofMethod = 1 + buckets.length
const received = times + methods.length * ofMethod
const sent = received + 1
const offloaded = sent + 1
const length = offloaded + 1

/** The figures of several threads: each writes its own column, whoever is asked for them reads all. They outlive a thread. */
export interface FiguresMemory {
  readonly columns: number
  readonly numbers: Float64Array
}

export const figuresMemory = (columns: number): FiguresMemory => ({
  columns,
  numbers: new Float64Array(new SharedArrayBuffer(columns * length * Float64Array.BYTES_PER_ELEMENT)),
})

/**
 * Counts requests in plain numbers and hands them to the metrics only when these are asked for: a request is counted
 * thousands of times as often as the figures are read. Labels are of our own choosing, so a client cannot make more.
 */
export class RequestFigures {
  readonly #all: Float64Array
  readonly #columns: number
  readonly #own: Float64Array

  constructor({ columns, numbers }: FiguresMemory = figuresMemory(1), column = 0) {
    this.#all = numbers
    this.#columns = columns
    this.#own = numbers.subarray(column * length, (column + 1) * length)
  }

  observe(method: string, status: number, seconds: number): void {
    const index = indexOf.get(method) ?? other
    this.#add(index * statuses + status - firstStatus, 1)
    const time = times + index * ofMethod
    this.#add(time, seconds)
    let bucket = 0
    while (seconds > (buckets[bucket] ?? 0)) bucket++
    this.#add(time + 1 + bucket, 1)
  }

  moved(bytes: { received: number; sent: number; offloaded: number }): void {
    this.#add(received, bytes.received)
    this.#add(sent, bytes.sent)
    this.#add(offloaded, bytes.offloaded)
  }

  /** Prometheus' form of a histogram is three families of counters; these are they. */
  register(metrics: Metrics): void {
    const family = (name: string, help: string, labelNames: string[], fill: (counter: Counter) => void) =>
      new Counter({
        name,
        help,
        labelNames,
        registers: [metrics],
        collect() {
          this.reset()
          fill(this)
        },
      })
    family('longshore_requests_total', 'Requests answered.', ['method', 'status'], (counter) => {
      for (const { method, index } of this.#seen())
        for (let status = 0; status < statuses; status++) {
          const count = this.#sum(index * statuses + status)
          if (count > 0) counter.inc({ method, status: String(status + firstStatus) }, count)
        }
    })
    const time = 'From the head of a request to the end of its answer, in seconds'
    family('longshore_request_seconds_bucket', `${time}: requests up to le.`, ['method', 'le'], (counter) => {
      for (const { method, inBucket } of this.#seen()) {
        let upTo = 0
        for (const [bucket, end] of buckets.entries())
          counter.inc({ method, le: end === Number.POSITIVE_INFINITY ? '+Inf' : String(end) }, (upTo += inBucket[bucket] ?? 0))
      }
    })
    family('longshore_request_seconds_sum', `${time}: sum.`, ['method'], (counter) => {
      for (const { method, index } of this.#seen()) counter.inc({ method }, this.#sum(times + index * ofMethod))
    })
    family('longshore_request_seconds_count', `${time}: requests.`, ['method'], (counter) => {
      for (const { method, inBucket } of this.#seen()) counter.inc({ method }, total(inBucket))
    })
    family('longshore_received_bytes_total', 'Bytes of request bodies.', [], (counter) => counter.inc(this.#sum(received)))
    family('longshore_sent_bytes_total', 'Bytes of answer bodies.', [], (counter) => counter.inc(this.#sum(sent)))
    family('longshore_offloaded_bytes_total', 'Bytes that nginx was told to send in our place.', [], (counter) =>
      counter.inc(this.#sum(offloaded)),
    )
  }

  /** Of which there were any requests. */
  #seen(): { method: string; index: number; inBucket: number[] }[] {
    return methods
      .map((method, index) => ({ method, index, inBucket: buckets.map((_, bucket) => this.#sum(times + index * ofMethod + 1 + bucket)) }))
      .filter(({ inBucket }) => total(inBucket) > 0)
  }

  #add(at: number, by: number): void {
    this.#own[at] = (this.#own[at] ?? 0) + by
  }

  #sum(at: number): number {
    let sum = 0
    for (let column = 0; column < this.#columns; column++) sum += this.#all[column * length + at] ?? 0
    return sum
  }
}

const total = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0)
