import type { IncomingMessage } from 'node:http'
import type { Failure } from '#core/registry-error.ts'
import { hasSeveralHosts, isHost } from './hosts.ts'

export interface RequestFault {
  failure: Extract<
    Failure,
    'request-invalid' | 'not-implemented' | 'version-unsupported' | 'expectation-failed' | 'content-encoding-unsupported'
  >
  message: string
  /** Where the next request begins on this connection is not sure any more. */
  close: boolean
}

/** RFC 9110 §9.1: what anything here may be asked with. */
export const knownMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const
/** Known, and allowed nowhere: a server that echoes requests gives away what others put into them. */
const refusedMethod = 'TRACE'
const methods = new Set<string>([...knownMethods, refusedMethod])

const fault = (failure: RequestFault['failure'], message: string, close = false): RequestFault => ({ failure, message, close })

/**
 * What is wrong with a request before anybody asks what it is for; the parser has judged its syntax already.
 * The same for every host and every dialect (RFC 9110, RFC 9112).
 */
export function faultOf(request: IncomingMessage): RequestFault | undefined {
  const { headers, method = '', httpVersionMajor, httpVersionMinor } = request
  if (httpVersionMajor !== 1) return fault('version-unsupported', 'this server speaks HTTP/1.1', true)
  // RFC 9112 §3.2; before HTTP/1.1 nobody had to say the host.
  if (headers.host === undefined ? httpVersionMinor > 0 : hasSeveralHosts(request.rawHeaders))
    return fault('request-invalid', 'a request must have one Host header', true)
  if (headers.host !== undefined && !isHost(headers.host))
    return fault('request-invalid', 'the Host header is not understood: expected <name> or <name>:<port>', true)
  if (!methods.has(method))
    return fault('not-implemented', `the method ${method.slice(0, 20)} is none of this server: it has ${knownMethods.join(', ')}`)
  return bodyFault(request) ?? expectationFault(request)
}

function bodyFault({ headers, httpVersionMinor }: IncomingMessage): RequestFault | undefined {
  const transfer = headers['transfer-encoding']
  if (transfer !== undefined) {
    // RFC 9112 §6.1: what passed it on may have read the body's end otherwise.
    if (httpVersionMinor === 0) return fault('request-invalid', 'HTTP/1.0 has no Transfer-Encoding: send Content-Length', true)
    if (transfer.trim().toLowerCase() !== 'chunked')
      return fault('not-implemented', 'the transfer coding is none of this server: it has chunked', true)
  }
  const coding = headers['content-encoding']?.trim().toLowerCase()
  if (coding === undefined || coding === '' || coding === 'identity') return undefined
  if (transfer === undefined && Number(headers['content-length'] ?? 0) === 0) return undefined
  return fault('content-encoding-unsupported', 'a body is taken as it is sent: send it without Content-Encoding')
}

/** RFC 9110 §10.1.1. Before HTTP/1.1 the header says nothing. */
function expectationFault({ headers, httpVersionMinor }: IncomingMessage): RequestFault | undefined {
  const { expect } = headers
  if (expect === undefined || httpVersionMinor === 0 || expect.trim().toLowerCase() === '100-continue') return undefined
  return fault('expectation-failed', 'the expectation is none of this server: it has 100-continue', true)
}
