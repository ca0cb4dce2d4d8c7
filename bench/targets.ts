import { noisyShare } from './machine.ts'
import type { Measure } from './measure.ts'
import type { ServerName } from './servers/server.ts'
import { blobGetRow } from './work/blob-get.ts'
import { blobPushRow } from './work/blob-push.ts'
import { catalogRows } from './work/catalog-pages.ts'
import { controlRows } from './work/control-plane.ts'
import { largeIndexRow } from './work/large-index.ts'
import { manifestRow } from './work/manifests.ts'
import { memoryRows } from './work/memory.ts'
import { p99Rows } from './work/p99.ts'
import { smallImagesRow } from './work/small-images.ts'
import { tagPagesRows } from './work/tag-pages.ts'
import { tagPutsRow } from './work/tag-puts.ts'

export interface Verdict {
  title: string
  /** Undefined: this run has not measured both sides. */
  figure: number | undefined
  bound: string
  met: boolean | undefined
  /** Others used the machine meanwhile: neither met nor missed is worth much. */
  noisy: boolean
}

interface Target {
  title: string
  item: string
  row: string
  /** The figure is Longshore's own, or Longshore's over that of another server or another row. */
  over?: ServerName
  overRow?: string
  least?: number
  most?: number
  unit: string
}

const getByTag = manifestRow('GET', 'tag', 64)

const targets: readonly Target[] = [
  ratio('manifest GET by tag, 64 connections', 'manifests', getByTag, 'zot', 3),
  ratio('manifest GET by tag, 64 connections', 'manifests', getByTag, 'distribution', 5),
  ratio('manifest GET by tag, 64 connections', 'manifests', getByTag, 'docker-registry', 20),
  { title: 'p99 with pushes over p99 without', item: 'p99', row: p99Rows.ratio, most: 3, unit: '×' },
  ratio('blob GET of 512 MiB with curl', 'blob-get', blobGetRow(512, 'curl'), 'nginx', 0.8),
  ratio('push of 512 MiB', 'blob-push', blobPushRow(512, 'monolithic'), 'zot-commit', 1.5),
  ratio('push of 512 MiB', 'blob-push', blobPushRow(512, 'monolithic'), 'distribution', 2),
  {
    title: 'chunked push of 512 MiB over monolithic',
    item: 'blob-push',
    row: blobPushRow(512, 'chunked'),
    overRow: blobPushRow(512, 'monolithic'),
    least: 0.9,
    unit: '×',
  },
  ratio('small-image pushes', 'small-images', smallImagesRow, 'zot', 3),
  { title: 'tag puts', item: 'tag-puts', row: tagPutsRow, least: 2000, unit: 'puts/s' },
  ...most('large-index', 250, largeIndexRow),
  { title: 'page of 100 of all tags', item: 'tag-pages', row: tagPagesRows.large, most: 5, unit: 'ms' },
  { title: 'the same over a page of 200 tags', item: 'tag-pages', row: tagPagesRows.ratio, most: 1.5, unit: '×' },
  { title: 'page of 100 of the catalog', item: 'catalog-pages', row: catalogRows.large, most: 5, unit: 'ms' },
  {
    title: 'the same over a page of 200 repositories',
    item: 'catalog-pages',
    row: catalogRows.ratio,
    most: 1.5,
    unit: '×',
  },
  ...most('control-plane', 10, controlRows.get, controlRows.getAfterChange),
  ...most(
    'control-plane',
    50,
    controlRows.list,
    controlRows.seldom,
    controlRows.often,
    controlRows.assignments,
    controlRows.assignmentsOf,
    controlRows.filtered,
    controlRows.tagged,
    controlRows.wide,
    controlRows.groups,
    controlRows.members,
    controlRows.others,
  ),
  { title: 'memory with 64 pulls of 100 MiB', item: 'memory', row: memoryRows.pulls, most: 300, unit: 'MiB' },
  { title: 'memory with 16 pushes of 100 MiB', item: 'memory', row: memoryRows.pushes, most: 300, unit: 'MiB' },
]

function most(item: string, milliseconds: number, ...rows: readonly string[]): Target[] {
  return rows.map((row) => ({ title: row, item, row, most: milliseconds, unit: 'ms' }))
}

function ratio(title: string, item: string, row: string, over: ServerName, least: number): Target {
  return { title: `${title}, over ${over}`, item, row, over, least, unit: '×' }
}

/** The targets of the items that were run, each met, missed or not measured. */
export function judge(measures: readonly Measure[], items: readonly string[], othersShare: Readonly<Record<string, number>>): Verdict[] {
  const find = (item: string, row: string, server: ServerName): number | undefined =>
    measures.find((measure) => measure.item === item && measure.row === row && measure.server === server)?.value
  return targets
    .filter(({ item }) => items.includes(item))
    .map((target) => {
      const { title, item, row, over, overRow, least, most, unit } = target
      const own = find(item, row, 'longshore')
      const other = over === undefined && overRow === undefined ? 1 : find(item, overRow ?? row, over ?? 'longshore')
      const figure = own === undefined || other === undefined ? undefined : own / other
      const bound = least === undefined ? `≤ ${most} ${unit}` : `≥ ${least} ${unit}`
      const met = figure === undefined ? undefined : figure >= (least ?? -Infinity) && figure <= (most ?? Infinity)
      return { title, figure, bound, met, noisy: (othersShare[item] ?? 0) > noisyShare }
    })
}
