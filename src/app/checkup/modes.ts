import { type Finding, found, type Patient } from '#core/checkup.ts'
import type { Machine } from '#ports/machine.ts'
import { shellWord } from '#core/shell-word.ts'

/** May nobody but the server's user open what is secret. */
export function checkModes(machine: Machine, { here }: Patient): Finding[] {
  if (!here || machine.platform === 'win32' || !machine.look(here.dataDir)) return []
  const open = here.closed.flatMap(({ path, mode }) => {
    const found = machine.look(path)
    return found && (found.mode & 0o777 & ~mode) !== 0 ? [{ path, mode, is: found.mode & 0o777 }] : []
  })
  const { dataDir, group } = here
  if (open.length === 0) return [group === undefined ? found('modes-closed', dataDir) : found('modes-shared', dataDir, { group })]
  const octal = (mode: number) => mode.toString(8).padStart(4, '0')
  return open.map(({ path, mode, is }) =>
    found(
      'modes-open',
      path,
      { is: octal(is), should: octal(is & mode) },
      { cure: `chmod ${octal(is & mode)} ${shellWord(path)}`, repair: { kind: 'close', path, mode: is & mode } },
    ),
  )
}
