import { type DistributionRequest, parseRequest } from './request.ts'

const most = 2000
const longest = 512

/** The same images are asked for again and again; a request is a plain value, so what one URL means is remembered. */
export class KnownRequests {
  readonly #known = new Map<string, DistributionRequest>()

  /** Fails as `parseRequest`. */
  parse(method: string, url: string): DistributionRequest {
    if (method !== 'GET' && method !== 'HEAD') return parseRequest(method, url)
    const key = `${method} ${url}`
    const known = this.#known.get(key)
    if (known) return known
    const request = parseRequest(method, url)
    if (this.#known.size >= most) this.#known.clear()
    if (url.length <= longest) this.#known.set(key, request)
    return request
  }
}
