import { accessSync, constants, existsSync, realpathSync, statSync } from 'node:fs'
import { basename, delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../../bin/longshore.js', import.meta.url))

export interface ProgramPlace {
  path: string | undefined
  folder: string
  user?: number
}

/**
 * What a person types to call this very program: `longshore` when a shell finds it, `npx longshore` where npm does from
 * this folder, else the whole path. npm sets the program's mode before it runs it, so it runs a checkout for its owner alone, and root.
 */
export function programName({ path = '', folder, user = process.getuid?.() ?? 0 }: ProgramPlace): string {
  const isOurs = (file: string) => existsSync(file) && realpathSync(file) === realpathSync(program)
  // npm puts these folders into the path of what it runs, and nobody else's.
  const places = path.split(delimiter).filter((place) => place !== '' && !place.includes('node_modules'))
  if (places.some((place) => isOurs(join(place, 'longshore')))) return 'longshore'
  const npmRunsIt = user === 0 || statSync(program).uid === user
  for (let above = folder; npmRunsIt; above = dirname(above)) {
    if (isOurs(join(above, 'node_modules', '.bin', 'longshore'))) return 'npx longshore'
    if (above === dirname(above)) break
  }
  const isFound = places.some((place) => existsSync(join(place, basename(process.execPath))))
  const words = isExecutable(program) && isFound ? [program] : [process.execPath, program]
  return words.map(quoted).join(' ')
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const quoted = (word: string): string => (/^[\w./:@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)
