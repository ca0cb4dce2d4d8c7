import { type DistributionRequest, parseRequest } from './request.ts'

const most = 1000
const longest = 512

/** The same images are asked for again and again; a request is a plain value, so what one URL means is remembered. */
export class KnownRequests {
  readonly #known = { GET: new Map<string, DistributionRequest>(), HEAD: new Map<string, DistributionRequest>() }

  /** Fails as `parseRequest`. */
  parse(method: string, url: string): DistributionRequest {
    if (method !== 'GET' && method !== 'HEAD') return parseRequest(method, url)
    const known = this.#known[method]
    const before = known.get(url)
    if (before) return before
    const request = parseRequest(method, url)
    if (known.size >= most) known.clear()
    if (url.length <= longest) known.set(url, request)
    return request
  }
}
