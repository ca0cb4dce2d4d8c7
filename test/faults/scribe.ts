// Does what clients do to a registry and writes down, beside it, what was promised.
import assert from 'node:assert/strict'
import { type Answer, type Client, digestOf, expectStatus } from './client.ts'
import { imageOf, type Image, manifestType } from './image.ts'
import type { Ledger, Pending, Session } from './ledger.ts'

export class Scribe {
  readonly client: Client
  readonly ledger: Ledger
  /** Writes of its own that were acknowledged. */
  acknowledged = 0

  constructor(client: Client, ledger: Ledger) {
    this.client = client
    this.ledger = ledger
  }

  /** Uploads in two chunks and an empty PUT, as clients with resumable uploads do. */
  async pushBlob(repository: string, bytes: Buffer): Promise<string> {
    const session = await this.open(repository, bytes)
    await this.append(session, Math.ceil(bytes.length / 2))
    // Of one byte nothing is left for the second one.
    if (bytes.length > 1) await this.append(session, bytes.length)
    return this.finish(session)
  }

  async open(repository: string, bytes: Buffer): Promise<Session> {
    const answer = expectStatus(await this.client.send('POST', `/v2/${repository}/blobs/uploads/`), 202)
    const session = { repository, location: answer.headers.location ?? '', bytes, acknowledged: 0, underWay: 0, finishing: false }
    this.ledger.sessions.add(session)
    return session
  }

  async append(session: Session, end: number): Promise<void> {
    const start = session.acknowledged
    session.underWay = end - start
    const answer = await this.client.send('PATCH', session.location, {
      headers: { 'content-range': `${start}-${end - 1}`, 'content-type': 'application/octet-stream' },
      body: session.bytes.subarray(start, end),
    })
    this.#acknowledge(answer, [], 202)
    session.acknowledged = end
    session.underWay = 0
  }

  async finish(session: Session): Promise<string> {
    const digest = this.#know(session.bytes)
    const write = this.ledger.fact('blob', session.repository, digest).register.begin(digest)
    session.finishing = true
    const answer = await this.client.send('PUT', `${session.location}?digest=${digest}`)
    this.#acknowledge(answer, [write], 201)
    assert.equal(answer.headers['docker-content-digest'], digest)
    this.ledger.sessions.delete(session)
    return digest
  }

  async cancel(session: Session): Promise<void> {
    session.finishing = true
    this.#acknowledge(await this.client.send('DELETE', session.location), [], 204)
    this.ledger.sessions.delete(session)
  }

  /** One POST with all bytes. */
  async pushWhole(repository: string, bytes: Buffer): Promise<string> {
    const digest = this.#know(bytes)
    const write = this.ledger.fact('blob', repository, digest).register.begin(digest)
    const path = `/v2/${repository}/blobs/uploads/?digest=${digest}`
    this.#acknowledge(await this.client.send('POST', path, { body: bytes }), [write], 201)
    return digest
  }

  async mount(repository: string, from: string, digest: string): Promise<void> {
    const write = this.ledger.fact('blob', repository, digest).register.begin(digest)
    this.#acknowledge(await this.client.send('POST', `/v2/${repository}/blobs/uploads/?mount=${digest}&from=${from}`), [write], 201)
  }

  async putManifest(repository: string, manifest: Buffer, tag?: string): Promise<string> {
    const digest = this.#know(manifest)
    const fact = this.ledger.fact('manifest', repository, digest)
    const isNew = !fact.register.possible().has(digest)
    this.ledger.partPairs(fact)
    const writes = [fact.register.begin(digest)]
    const tagFact = tag === undefined ? undefined : this.ledger.fact('tag', repository, tag)
    if (tagFact) {
      this.ledger.partPairs(tagFact)
      writes.push(tagFact.register.begin(digest))
    }
    const pair = tagFact && isNew ? { manifest: fact, tag: tagFact, digest } : undefined
    if (pair) this.ledger.pairs.add(pair)
    const answer = await this.client.send('PUT', `/v2/${repository}/manifests/${tag ?? digest}`, {
      headers: { 'content-type': manifestType },
      body: manifest,
    })
    if (pair && answer.status < 500) this.ledger.pairs.delete(pair)
    this.#acknowledge(answer, writes, 201)
    assert.equal(answer.headers['docker-content-digest'], digest)
    return digest
  }

  async pushImage(repository: string, tag: string | undefined, layers: readonly Buffer[]): Promise<Image> {
    const image = imageOf(layers)
    for (const layer of layers) await this.pushBlob(repository, layer)
    await this.pushWhole(repository, image.config)
    await this.putManifest(repository, image.manifest, tag)
    return image
  }

  async deleteTag(repository: string, tag: string): Promise<void> {
    const fact = this.ledger.fact('tag', repository, tag)
    this.ledger.partPairs(fact)
    const write = fact.register.begin(undefined)
    this.#acknowledge(await this.client.send('DELETE', `/v2/${repository}/manifests/${tag}`), [write], 202)
  }

  /** With its tags. What it named may be collected from then on, once its lease is over. */
  async deleteManifest(repository: string, digest: string): Promise<void> {
    const tags = this.ledger.of('tag', repository).filter((each) => each.register.possible().has(digest))
    for (const tag of tags) this.ledger.partPairs(tag)
    const writes = [this.ledger.fact('manifest', repository, digest), ...tags].map((fact) => fact.register.begin(undefined))
    this.#acknowledge(await this.client.send('DELETE', `/v2/${repository}/manifests/${digest}`), writes, 202)
  }

  async deleteBlob(repository: string, digest: string): Promise<void> {
    const write = this.ledger.fact('blob', repository, digest).register.begin(undefined)
    this.#acknowledge(await this.client.send('DELETE', `/v2/${repository}/blobs/${digest}`), [write], 202)
  }

  /** With all that is in it; a job empties it. */
  async deleteRepository(repository: string): Promise<void> {
    const facts = (['tag', 'manifest', 'blob'] as const).flatMap((kind) => this.ledger.of(kind, repository))
    const writes = facts.map((fact) => fact.register.begin(undefined))
    this.#acknowledge(await this.client.send('DELETE', `/acr/v1/${repository}`), writes, 202)
  }

  /** No manifest names it and its lease is short: collection may take it at any time. */
  mayGo(repository: string, digest: string): void {
    this.ledger.fact('blob', repository, digest).register.begin(undefined)
  }

  #know(bytes: Buffer): string {
    const digest = digestOf(bytes)
    this.ledger.bytes.set(digest, bytes)
    return digest
  }

  #acknowledge(answer: Answer, writes: readonly Pending[], status: number): void {
    if (answer.status === status) {
      for (const write of writes) write.acknowledge()
      this.ledger.acknowledged++
      this.acknowledged++
    } else if (answer.status < 500) for (const write of writes) write.refuse()
    expectStatus(answer, status)
  }
}
