import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Item } from './item.ts'
import type { Failure, Measure } from './measure.ts'
import { type ServerName, serverNames } from './servers/server.ts'
import type { Verdict } from './targets.ts'

export interface Report {
  startedAt: string
  finishedAt: string
  machine: Record<string, string | number>
  settings: Record<string, unknown>
  versions: Record<string, string>
  missing: string[]
  /** For each item, the share of the processors that others used meanwhile. */
  othersShare: Record<string, number>
  measures: Measure[]
  failures: Failure[]
  notes: string[]
  verdicts: Verdict[]
}

export function printReport(report: Report, items: readonly Item[]): void {
  for (const item of items) {
    const measures = report.measures.filter((measure) => measure.item === item.name)
    if (measures.length > 0) console.log(`\n${item.title}\n${table(measures)}`)
  }
  if (report.failures.length > 0) {
    console.log('\nFailures')
    for (const { item, row, server, message } of report.failures) {
      console.log(`  ${item} · ${row} · ${server}: ${message.split('\n').slice(0, 6).join('\n    ')}`)
    }
  }
  if (report.notes.length > 0) console.log(`\nNotes\n${report.notes.map((note) => `  ${note}`).join('\n')}`)
  if (report.missing.length > 0) console.log(`\nNot here\n${report.missing.map((line) => `  ${line}`).join('\n')}`)
  if (report.verdicts.length > 0) {
    console.log('\nTargets')
    const rows = report.verdicts.map(({ title, figure, bound, met, noisy }) => [
      title,
      figure === undefined ? '–' : format(figure),
      bound,
      `${met === undefined ? 'not measured' : met ? 'met' : 'MISSED'}${noisy ? ' (noisy)' : ''}`,
    ])
    console.log(align([['', 'figure', 'target', ''], ...rows]))
  }
}

/**
 * A line for each row, a column for each server: its median, and behind it how many times better Longshore is
 * (above 1: Longshore is ahead, whichever way the unit runs).
 */
function table(measures: readonly Measure[]): string {
  const servers = serverNames.filter((name) => measures.some((measure) => measure.server === name))
  const rows = [...new Set(measures.map(({ row }) => row))].map((row) => {
    const line = measures.filter((measure) => measure.row === row)
    const own = line.find(({ server }) => server === 'longshore')
    const first = line[0]
    return [row, first?.unit ?? '', ...servers.map((server) => cell(line, server, own))]
  })
  return align([['', '', ...servers], ...rows])
}

function cell(line: readonly Measure[], server: ServerName, own: Measure | undefined): string {
  const measure = line.find((candidate) => candidate.server === server)
  if (measure === undefined) return '–'
  if (own === undefined || own === measure) return format(measure.value)
  const ahead = measure.better === 'more' ? own.value / measure.value : measure.value / own.value
  return `${format(measure.value)} (×${format(ahead)})`
}

export function format(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en')
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2)
}

function align(rows: readonly string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map((row) => row.map((text, column) => (column === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[column] ?? 0))))
    .map((cells) => `  ${cells.join('  ')}`.trimEnd())
    .join('\n')
}

export function resultsFolder(): string {
  const folder = fileURLToPath(new URL('./results/', import.meta.url))
  mkdirSync(folder, { recursive: true })
  return folder
}

export function saveReport(name: string, report: unknown): string {
  const file = `${resultsFolder()}${name}.json`
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`)
  return file
}
