import { noisyShare } from './machine.ts'
import type { Measure } from './measure.ts'
import type { Options } from './options.ts'
import type { ServerName } from './servers/server.ts'
import { blobGetRow, blobSizes } from './work/blob-get.ts'
import { blobPushRow } from './work/blob-push.ts'
import { catalogRows } from './work/catalog-pages.ts'
import { controlRows } from './work/control-plane.ts'
import { largeIndexRow } from './work/large-index.ts'
import { manifestRow } from './work/manifests.ts'
import { memoryRow } from './work/memory.ts'
import { p99Rows } from './work/p99.ts'
import { serversRow, type serversWork } from './work/servers.ts'
import { smallImagesRow } from './work/small-images.ts'
import { tagPagesRows } from './work/tag-pages.ts'
import { tagPutsRow } from './work/tag-puts.ts'
import { threadRows } from './work/threads.ts'
import { zbRows } from './work/zb.ts'

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
  /** Longshore, unless another stands for it. */
  of?: ServerName
  /** The figure is Longshore's own, or Longshore's over that of another server or another row, or less another row. */
  over?: ServerName
  overRow?: string
  lessRow?: string
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
  ...blobSizes.flatMap((size) =>
    (['own reader', 'curl'] as const).flatMap((reader) => [
      rowRatio('blob-get', blobGetRow(size, reader), 'zot', 1),
      rowRatio('blob-get', blobGetRow(size, reader), 'nginx', 0.8),
      {
        ...rowRatio('blob-get', blobGetRow(size, reader), 'nginx', 0.95),
        of: 'longshore-nginx' as const,
        title: `${blobGetRow(size, reader)}, sent by nginx, over nginx`,
      },
    ]),
  ),
  ...blobSizes.map((size) =>
    ratio(`push of ${size} MiB`, 'blob-push', blobPushRow(size, 'monolithic'), 'zot-commit', { 1: 1, 10: 1, 100: 1.3, 512: 1.5 }[size]),
  ),
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
  ...zbRows('lists', 'pulls').map((row) => rowRatio('zb', row, 'zot', 0.9)),
  ...zbRows('pushes', 'chunks').flatMap((row) => [rowRatio('zb', row, 'zot-commit', 1), rowRatio('zb', row, 'zot', 0.75)]),
  threadsRatio('manifest GET', threadRows.manifests, { least: 1.5 }),
  threadsRatio('pulls of 10 MiB', threadRows.pulls, { least: 1 }),
  threadsRatio('processor time for a MiB pulled', threadRows.cost, { most: 1 }),
  ...(['files', 'bucket'] as const).flatMap((bytes) =>
    Object.entries({ manifests: 4, images: 1.5, large: 1.5 } as const).map(([what, least]) => {
      const row = serversRow(what as keyof typeof serversWork, bytes)
      return ratio(row, 'servers', row, 'distribution', least)
    }),
  ),
  ...(['pulls', 'pushes'] as const).flatMap((what): Target[] => [
    { title: memoryRow(what, 1), item: 'memory', row: memoryRow(what, 1), most: 300, unit: 'MiB' },
    ...[2, 3].map((threads) => ({
      title: `${memoryRow(what, threads)}: more than with ${threads - 1}`,
      item: 'memory',
      row: memoryRow(what, threads),
      lessRow: memoryRow(what, threads - 1),
      most: 80,
      unit: 'MiB',
    })),
  ]),
]

function most(item: string, milliseconds: number, ...rows: readonly string[]): Target[] {
  return rows.map((row) => ({ title: row, item, row, most: milliseconds, unit: 'ms' }))
}

function ratio(title: string, item: string, row: string, over: ServerName, least: number): Target {
  return { title: `${title}, over ${over}`, item, row, over, least, unit: '×' }
}

function rowRatio(item: string, row: string, over: ServerName, least: number): Target {
  return ratio(row, item, row, over, least)
}

function threadsRatio(what: string, row: (threads: number) => string, bound: Pick<Target, 'least' | 'most'>): Target {
  return { title: `${what}, two serving threads over one`, item: 'threads', row: row(2), overRow: row(1), ...bound, unit: '×' }
}

/** The targets of the items that were run, each met, missed or not measured. */
export function judge(
  measures: readonly Measure[],
  { only, narrowed }: Pick<Options, 'only' | 'narrowed'>,
  othersShare: Readonly<Record<string, number>>,
): Verdict[] {
  const find = (item: string, row: string, server: ServerName): number | undefined =>
    measures.find((measure) => measure.item === item && measure.row === row && measure.server === server)?.value
  return targets
    .filter(({ item }) => only.has(item))
    .map((target) => {
      const { title, item, row, of = 'longshore', over, overRow, lessRow, least, most, unit } = target
      const own = find(item, row, of)
      const other = over === undefined && overRow === undefined ? 1 : find(item, overRow ?? row, over ?? 'longshore')
      const less = lessRow === undefined ? 0 : find(item, lessRow, 'longshore')
      const figure = own === undefined || other === undefined || less === undefined ? undefined : own / other - less
      const bound = least === undefined ? `≤ ${most} ${unit}` : `≥ ${least} ${unit}`
      const met = figure === undefined ? undefined : figure >= (least ?? -Infinity) && figure <= (most ?? Infinity)
      return { title, figure, bound, met, noisy: (othersShare[item] ?? 0) > noisyShare }
    })
    .filter(({ figure }) => figure !== undefined || !narrowed)
}
