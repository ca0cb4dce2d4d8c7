import { type Authorization, answerChallenge, type BasicCredential, basicHeader } from './authorization.ts'

/** Where a registry listens and how one gets in. Peers have no credential: they run without authentication. */
export class Endpoint {
  readonly port: number
  readonly credential: BasicCredential | undefined
  private readonly tokens = new Map<string, Promise<{ headers: Authorization; goodUntil: number }>>()

  constructor(port: number, credential: BasicCredential | undefined) {
    this.port = port
    this.credential = credential
  }

  /** Headers that let one through for this method and path; the token is kept for most of its life. */
  async authorize(method: string, path: string): Promise<Authorization> {
    const { credential } = this
    if (credential === undefined) return {}
    const repository = /^\/v2\/(.*)\/(manifests|blobs|tags)\//.exec(path)?.[1]
    const key = `${method === 'HEAD' ? 'GET' : method} ${repository ?? path.split('?')[0]}`
    const known = await this.tokens.get(key)
    if (known !== undefined && known.goodUntil > performance.now()) return known.headers
    const fresh = answerChallenge(this.port, method, path, credential).then(({ headers, seconds }) => ({
      headers,
      goodUntil: performance.now() + seconds * 750,
    }))
    this.tokens.set(key, fresh)
    return (await fresh).headers
  }

  /** Basic on the registry itself, for work that touches thousands of repositories. */
  basic(): Authorization {
    return this.credential === undefined ? {} : { authorization: basicHeader(this.credential) }
  }
}
