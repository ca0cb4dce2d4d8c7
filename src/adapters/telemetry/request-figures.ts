import { Counter, type Registry as Metrics } from 'prom-client'

const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
/** Upper ends in seconds; the last one takes everything. */
const buckets = [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60, 600, Number.POSITIVE_INFINITY]

interface Figures {
  method: string
  status: number
  count: number
  seconds: number
  inBucket: number[]
}

/**
 * Counts requests in plain numbers and hands them to the metrics only when these are asked for: a request is counted
 * thousands of times as often as the figures are read. Labels are of our own choosing, so a client cannot make more.
 */
export class RequestFigures {
  readonly #figures = new Map<string, Map<number, Figures>>()

  observe(method: string, status: number, seconds: number): void {
    const figures = this.#of(methods.has(method) ? method : 'other', status)
    figures.count++
    figures.seconds += seconds
    let bucket = 0
    while (seconds > (buckets[bucket] ?? 0)) bucket++
    figures.inBucket[bucket] = (figures.inBucket[bucket] ?? 0) + 1
  }

  /** Prometheus' form of a histogram is three families of counters; these are they. */
  register(metrics: Metrics): void {
    const registers = [metrics]
    const all = () => [...this.#figures.values()].flatMap((each) => [...each.values()])
    const family = (name: string, help: string, labelNames: string[], fill: (counter: Counter, figures: Figures) => void) =>
      new Counter({
        name,
        help,
        labelNames,
        registers,
        collect() {
          this.reset()
          for (const figures of all()) fill(this, figures)
        },
      })
    family('longshore_requests_total', 'Requests answered.', ['method', 'status'], (counter, { method, status, count }) =>
      counter.inc({ method, status: String(status) }, count),
    )
    const time = 'From the head of a request to the end of its answer, in seconds'
    family('longshore_request_seconds_bucket', `${time}: requests up to le.`, ['method', 'le'], (counter, { method, inBucket }) => {
      let upTo = 0
      for (const [index, end] of buckets.entries()) {
        upTo += inBucket[index] ?? 0
        counter.inc({ method, le: end === Number.POSITIVE_INFINITY ? '+Inf' : String(end) }, upTo)
      }
    })
    family('longshore_request_seconds_sum', `${time}: sum.`, ['method'], (counter, { method, seconds }) => counter.inc({ method }, seconds))
    family('longshore_request_seconds_count', `${time}: requests.`, ['method'], (counter, { method, count }) =>
      counter.inc({ method }, count),
    )
  }

  #of(method: string, status: number): Figures {
    let byStatus = this.#figures.get(method)
    if (!byStatus) this.#figures.set(method, (byStatus = new Map()))
    let figures = byStatus.get(status)
    if (!figures) byStatus.set(status, (figures = { method, status, count: 0, seconds: 0, inBucket: buckets.map(() => 0) }))
    return figures
  }
}
