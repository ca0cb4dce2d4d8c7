import type { ServerName } from './servers/server.ts'
import { median } from './statistics.ts'

/** One figure of one server. `row` and `unit` make the line of the table that it stands in. */
export interface Measure {
  item: string
  row: string
  server: ServerName
  unit: string
  better: 'more' | 'less'
  /** The median of the samples. */
  value: number
  samples: number[]
  /** What was seen beside the value; medians too, where they are numbers. */
  detail: Record<string, number | string>
}

export interface Failure {
  item: string
  row: string
  server: ServerName
  message: string
}

/** Gathers samples round by round; a server that fails in a row is left out of the rest of it. */
export class Recorder {
  readonly measures: Measure[] = []
  readonly failures: Failure[] = []
  readonly notes: string[] = []
  private readonly details = new Map<Measure, Measure['detail'][]>()
  private readonly item: string
  private readonly say: (line: string) => void

  constructor(item: string, say: (line: string) => void) {
    this.item = item
    this.say = say
  }

  add(
    row: string,
    server: ServerName,
    sample: { value: number; unit: string; better: Measure['better']; detail?: Measure['detail'] },
  ): void {
    const { value, unit, better, detail = {} } = sample
    this.say(`${row} · ${server}: ${value.toPrecision(4)} ${unit}${describe(detail)}`)
    let measure = this.measures.find((candidate) => candidate.row === row && candidate.server === server)
    if (measure === undefined) {
      measure = { item: this.item, row, server, unit, better, value, samples: [], detail }
      this.measures.push(measure)
      this.details.set(measure, [])
    }
    const details = this.details.get(measure) ?? []
    details.push(detail)
    measure.samples.push(value)
    measure.value = median(measure.samples)
    measure.detail = medians(details)
  }

  fail(row: string, server: ServerName, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error)
    this.say(`${row} · ${server}: FAILED ${message}`)
    this.failures.push({ item: this.item, row, server, message })
  }

  failed(row: string, server: ServerName): boolean {
    return this.failures.some((failure) => failure.row === row && failure.server === server)
  }

  note(line: string): void {
    this.say(line)
    this.notes.push(line)
  }
}

function medians(details: readonly Measure['detail'][]): Measure['detail'] {
  const entries = Object.entries(details.at(-1) ?? {}).map(([name, last]) => {
    const numbers = details.map((detail) => detail[name]).filter((value) => typeof value === 'number')
    return [name, typeof last === 'number' ? median(numbers) : last] as const
  })
  return Object.fromEntries(entries)
}

function describe(detail: Measure['detail']): string {
  const words = Object.entries(detail).map(([name, value]) => `${name} ${shorten(value)}`)
  return words.length === 0 ? '' : ` (${words.join(', ')})`
}

export function shorten(value: number | string): string {
  if (typeof value === 'string') return value
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(3)))
}
