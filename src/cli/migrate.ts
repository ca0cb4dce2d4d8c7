import type { Command } from 'commander'
import type { Moved, MovePlan, MoveProgress } from '#core/move.ts'
import { addDataOptions, addOutputOption, type Cli, type DataOptions, newCommand, type OutputOptions, print, sourceOf } from './command.ts'
import { pairs } from './print.ts'
import { sizeOf } from './size.ts'
import type { Words } from './words.ts'

interface Options extends DataOptions, OutputOptions {
  toStore?: string
  toStorePasswordFile?: string
  toBlobs?: string
  dryRun?: true
  verify?: true
  undo?: true
}

export function migrateCommand(cli: Cli): Command {
  const { host, say } = cli
  return addOutputOption(addDataOptions(newCommand('migrate', say('migrate.summary'), say('migrate.more')), cli), cli)
    .option('--to-store <place>', say('migrate.to-store'))
    .option('--to-store-password-file <file>', say('migrate.to-store-password-file'))
    .option('--to-blobs <place>', say('migrate.to-blobs'))
    .option('--dry-run', say('migrate.dry-run'))
    .option('--verify', say('migrate.verify'))
    .option('--undo', say('migrate.undo'))
    .action(async (options: Options) => {
      const source = sourceOf({ ...options })
      if (options.undo) {
        const undone = await host.undoMove(source)
        return print(cli, options, undone, ({ store, phase, to }) =>
          pairs([
            [say('migrate.undone'), store],
            ...(phase === 'moved' ? [['', say('migrate.undone.more', { to: to.join(' + ') })] as const] : []),
          ]),
        )
      }
      const dryRun = options.dryRun === true
      const done = await host.move(source, {
        toStore: options.toStore,
        toStorePasswordFile: options.toStorePasswordFile,
        toBlobs: options.toBlobs,
        verify: options.verify === true,
        dryRun,
        signal: host.interruption(),
        planned: (plan) => host.problem(pairs(planned(say, plan))),
        progress: teller(cli),
      })
      print(cli, options, done, (all) => pairs(dryRun ? planned(say, all) : moved(say, all as Moved)))
    })
}

const planned = (say: Words, plan: MovePlan): (readonly [string, string])[] => [
  ...(plan.store ? [[say('migrate.facts'), say('migrate.way', plan.store)] as const] : []),
  ...(plan.blobs ? [[say('migrate.blobs'), say('migrate.way', plan.blobs)] as const] : []),
  ...(plan.goesOn ? [[say('migrate.goes-on'), say('migrate.yes')] as const] : []),
  ...(plan.store ? [[say('migrate.rows'), String(plan.rows)] as const] : []),
  ...(plan.blobs
    ? ([
        [say('migrate.objects'), String(plan.objects)],
        [say('migrate.bytes'), sizeOf(say, plan.bytes)],
        [say('migrate.uploads'), String(plan.uploads)],
      ] as const)
    : []),
]

const moved = (say: Words, done: Moved): (readonly [string, string])[] => [
  ...(done.store
    ? [[say('migrate.facts'), say('migrate.way', done.store)] as const, [say('migrate.rows'), String(done.rows)] as const]
    : []),
  ...(done.blobs
    ? [[say('migrate.blobs'), say('migrate.way', done.blobs)] as const, [say('migrate.copied'), String(done.copied)] as const]
    : []),
  [say('migrate.last'), String(done.lastChanges)],
  [say('migrate.pause'), say('migrate.milliseconds', { milliseconds: Math.round(done.pause) })],
  ...done.settings.map((line, index) => [index === 0 ? say('migrate.next') : '', line] as const),
]

const tellEvery = 1000

/** A line a second at most for what comes often, one for each that comes once. */
function teller({ host, say }: Cli): (progress: MoveProgress) => void {
  let told = 0
  return (progress) => {
    const often = (progress.stage === 'objects' || progress.stage === 'rows') && progress.done < progress.of
    if (often && host.now() - told < tellEvery) return
    told = host.now()
    host.problem(`${lineOf(say, progress)}\n`)
  }
}

function lineOf(say: Words, progress: MoveProgress): string {
  switch (progress.stage) {
    case 'objects':
      return say('migrate.progress.objects', { done: progress.done, of: progress.of, size: sizeOf(say, progress.bytes) })
    case 'rows':
      return say('migrate.progress.rows', { table: progress.table, done: progress.done, of: progress.of })
    case 'changes':
      return say('migrate.progress.changes', { rows: progress.rows })
    case 'compared':
      return say('migrate.progress.compared', { tables: progress.tables, rows: progress.rows })
    case 'paused':
      return say('migrate.progress.paused')
    case 'moved':
      return say('migrate.progress.moved', { milliseconds: Math.round(progress.milliseconds) })
  }
}
