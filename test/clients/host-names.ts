// Names that lead to this machine, in its hosts file.
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'

export const registryName = 'registry.longshore.test'
export const farName = 'docker.longshore.test'

const file = '/etc/hosts'

/** An address of this machine that is no loopback address. */
export function farAddress(): string {
  const addresses = Object.values(networkInterfaces()).flat()
  const address = addresses.find((each) => each?.family === 'IPv4' && !each.internal)?.address
  if (!address) throw new Error('this machine has no address but loopback')
  return address
}

/** Makes a name lead to an address. Answers how to undo it; a line that was there before stays. */
export function addHostName(name: string, address: string): () => void {
  const line = `${address} ${name}`
  const before = readFileSync(file, 'utf8')
  if (before.split('\n').includes(line)) return () => {}
  appendFileSync(file, `${before.endsWith('\n') ? '' : '\n'}${line}\n`)
  return () => {
    const lines = readFileSync(file, 'utf8').split('\n')
    writeFileSync(file, lines.filter((each) => each !== line).join('\n'))
  }
}

/** All that the tests want: added before them, and they change the file no more, so that one does not take away what another one beside it needs. */
export function addAllHostNames(): () => void {
  const undoings = [addHostName(registryName, '127.0.0.1'), addHostName(farName, farAddress())]
  return () => {
    for (const undo of undoings) undo()
  }
}
