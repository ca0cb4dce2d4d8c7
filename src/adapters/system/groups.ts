import { readFileSync } from 'node:fs'

/** The number of a group of this machine, by its name or by its number; undefined when there is none of that name. */
export function groupNumber(group: string, file = '/etc/group'): number | undefined {
  if (/^[0-9]+$/.test(group)) return Number(group)
  const line = readFileSync(file, 'utf8')
    .split('\n')
    .map((each) => each.split(':'))
    .find(([name]) => name === group)
  return line?.[2] === undefined ? undefined : Number(line[2])
}
