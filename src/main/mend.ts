import { chmodSync, copyFileSync, renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { makeFolders } from '#adapters/fs/make-folders.ts'
import type { Repair } from '#core/checkup.ts'
import { writeHostsBlock } from '#adapters/system/hosts-file.ts'

/** Does what a check offered. Fails as the disk does. */
export function mend(repair: Repair, { hostsFile, owner, root = '/' }: { hostsFile: string; owner: string; root?: string }): void {
  const at = (path: string) => (path.startsWith('/etc/') ? join(root, path) : path)
  switch (repair.kind) {
    case 'hosts':
      writeHostsBlock(at(hostsFile), owner, repair.lines)
      return
    case 'close':
      chmodSync(repair.path, repair.mode)
      return
    case 'copy': {
      const to = at(repair.to)
      makeFolders(dirname(to), 0o755)
      copyFileSync(repair.from, to)
      chmodSync(to, 0o644)
      return
    }
    case 'set-aside':
      renameSync(repair.path, `${repair.path}.before`)
  }
}
