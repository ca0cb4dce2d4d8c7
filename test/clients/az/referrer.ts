// An artifact that refers to an image, put as the distribution specification says.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { type Endpoint, mediaTypes, send, sha256 } from '../wire.ts'
import type { Stage } from './stage.ts'

/** @param credential `user:password` */
export async function attachTo(
  stage: Stage,
  repository: string,
  tag: string,
  artifactType: string,
  credential: string,
): Promise<{ digest: string }> {
  const endpoint: Endpoint = { listener: 'https', host: stage.host, url: stage.control, ca: await readFile(stage.caFile, 'utf8') }
  const [user = '', password = ''] = [credential.slice(0, credential.indexOf(':')), credential.slice(credential.indexOf(':') + 1)]
  const token = await accessToken(endpoint, `repository:${repository}:pull,push`, { user, password })
  const headers = { authorization: `Bearer ${token}` }
  const accept = { ...headers, accept: mediaTypes.manifest }
  const subject = await send(endpoint, 'GET', `/v2/${repository}/manifests/${tag}`, { headers: accept })
  assert.equal(subject.status, 200, subject.body.toString())
  const empty = '{}'
  const begun = await send(endpoint, 'POST', `/v2/${repository}/blobs/uploads/?digest=${sha256(empty)}`, { headers, body: empty })
  assert.equal(begun.status, 201, begun.body.toString())
  const descriptor = { mediaType: 'application/vnd.oci.empty.v1+json', digest: sha256(empty), size: 2 }
  const body = JSON.stringify({
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    artifactType,
    config: descriptor,
    layers: [descriptor],
    subject: { mediaType: mediaTypes.manifest, digest: sha256(subject.body), size: subject.body.length },
  })
  const put = await send(endpoint, 'PUT', `/v2/${repository}/manifests/${sha256(body)}`, {
    headers: { ...headers, 'content-type': mediaTypes.manifest },
    body,
  })
  assert.equal(put.status, 201, put.body.toString())
  return { digest: sha256(body) }
}

async function accessToken(endpoint: Endpoint, scope: string, credential: { user: string; password: string }): Promise<string> {
  const query = new URLSearchParams({ service: endpoint.host, scope })
  const refresh = credential.user === '00000000-0000-0000-0000-000000000000'
  const answer = refresh
    ? await send(endpoint, 'POST', '/oauth2/token', {
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: `grant_type=refresh_token&refresh_token=${credential.password}&${query}`,
      })
    : await send(endpoint, 'GET', `/oauth2/token?${query}`, { credential })
  assert.equal(answer.status, 200, answer.body.toString())
  return JSON.parse(answer.body.toString()).access_token
}
