// Something that stands before a registry, and may have its own mind about what goes through.
import { createServer, request } from 'node:https'
import { once } from 'node:events'
import { localCertificates, passingLeaf } from '#adapters/x509/authority.ts'

export type Challenge = string | undefined

export type Relay = { address: string; close: () => Promise<void> }

/** @param trusted the folder of the authority that vouches for it; without one it has a certificate that nobody knows */
export async function openRelay(options: {
  address: string
  names: readonly string[]
  folder: string
  trusted: boolean
  /** Asked in place of it, under this name. */
  behind: { address: string; host: string; ca: string }
  /** What becomes of the challenge, by the name that was asked for; undefined: nothing is left of it. */
  challenge: (name: string, given: Challenge) => Challenge
}): Promise<Relay> {
  const { address, names, folder, behind } = options
  const pair = await (options.trusted ? passingLeaf(folder, names, Date.now()) : localCertificates(folder, names, Date.now()))
  const server = createServer({ key: pair.key, cert: pair.cert }, (incoming, outgoing) => {
    const passed = request(
      {
        host: behind.address,
        servername: behind.host,
        ca: behind.ca,
        path: incoming.url,
        method: incoming.method,
        headers: { ...incoming.headers, host: behind.host },
      },
      (answer) => {
        const { 'www-authenticate': given, ...headers } = answer.headers
        const challenge = options.challenge(incoming.headers.host ?? '', given)
        outgoing.writeHead(answer.statusCode ?? 502, { ...headers, ...(challenge === undefined ? {} : { 'www-authenticate': challenge }) })
        answer.pipe(outgoing)
      },
    )
    passed.on('error', () => outgoing.destroy())
    incoming.pipe(passed)
  }).listen(443, address)
  await once(server, 'listening')
  return {
    address,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
