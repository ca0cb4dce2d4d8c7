import type { Machine } from '#ports/machine.ts'

/** The local authority, as a patient names it. */
export interface Authority {
  path: string
  pem: string
}

const letters = (pem: string): string => pem.replace(/-----[A-Z ]+-----|\s/g, '')
export const isSame = (one: string, other: string): boolean => letters(one) === letters(other)

/** Whether a file of roots has the authority among them. */
export const holds = (machine: Machine, path: string | undefined, { pem }: Authority): boolean =>
  path !== undefined && path !== '' && (machine.read(path) ?? '').replace(/\s/g, '').includes(letters(pem))
