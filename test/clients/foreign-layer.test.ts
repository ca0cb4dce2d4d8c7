import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeForeignLayer } from './images.ts'
import { onBothListeners } from './scene.ts'
import { mediaTypes, send, sha256 } from './wire.ts'

// Layers of Docker's own foreign type are not made by any client here: this is what a Windows image's push looks like on the wire.
onBothListeners('foreign-layer', (scene) => {
  test('a Docker manifest may name a foreign layer that the registry does not hold', async () => {
    const repository = scene.newRepository()
    const { descriptor } = await makeForeignLayer('application/vnd.docker.image.rootfs.foreign.diff.tar.gzip')
    const config = JSON.stringify({ architecture: 'amd64', os: 'windows', rootfs: { type: 'layers', diff_ids: [descriptor.digest] } })
    const upload = await send(scene.endpoint, 'POST', `/v2/${repository}/blobs/uploads/`, { credential: scene.admin })
    assert.equal(upload.status, 202, upload.body.toString())
    const location = new URL(upload.headers.location ?? '', scene.endpoint.url)
    location.searchParams.set('digest', sha256(config))
    const octets = { 'content-type': 'application/octet-stream' }
    const put = await send(scene.endpoint, 'PUT', location.href, { credential: scene.admin, headers: octets, body: config })
    assert.equal(put.status, 201, put.body.toString())

    const body = JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.dockerManifest,
      config: { mediaType: 'application/vnd.docker.container.image.v1+json', digest: sha256(config), size: config.length },
      layers: [descriptor],
    })
    const headers = { 'content-type': mediaTypes.dockerManifest }
    const pushed = await send(scene.endpoint, 'PUT', `/v2/${repository}/manifests/v1`, { credential: scene.admin, headers, body })
    assert.equal(pushed.status, 201, pushed.body.toString())
    assert.equal((await scene.stored(repository, 'v1'))?.digest, sha256(body))
    assert.equal(await scene.holdsBlob(repository, descriptor.digest), false)
  })

  test('any other layer must be there', async () => {
    const repository = scene.newRepository()
    const absent = sha256('absent')
    const blob = { digest: absent, size: 6 }
    const body = JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...blob },
      layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', ...blob }],
    })
    const headers = { 'content-type': mediaTypes.manifest }
    const pushed = await send(scene.endpoint, 'PUT', `/v2/${repository}/manifests/v1`, { credential: scene.admin, headers, body })
    assert.equal(pushed.status, 400, pushed.body.toString()) // as docker's own registry
    assert.equal(JSON.parse(pushed.body.toString()).errors[0].code, 'MANIFEST_BLOB_UNKNOWN')
  })
})
