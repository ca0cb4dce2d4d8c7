/** Where something is, as Azure names it: `West Europe` and `westeurope` are the same. Here it is a label: there is one machine. */
export const normalLocation = (text: string): string => text.toLowerCase().replaceAll(' ', '')

export const isLocation = (normal: string): boolean => /^[a-z][a-z0-9-]{0,59}$/.test(normal)

/** The machine's own. */
export const homeLocation = 'local'
