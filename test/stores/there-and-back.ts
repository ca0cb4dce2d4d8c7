import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { pushImage, tokenFor } from '../world/content.ts'
import { send } from '../world/send.ts'
import { answersOf, at, cli, fill, folderBeside, move, type moveWorld, refusedMove, restart, rowsIn, rowsInFile } from './move-world.ts'

/** What holds whichever store of objects it is. */
export function thereAndBack(world: ReturnType<typeof moveWorld>): void {
  test('there and back: every answer is the same at each place, and so is each row of each table', async () => {
    const server = await world.server()
    await fill(server)
    const { token } = await tokenFor(server, 'repository:team/app:pull')
    const before = await answersOf(server)
    assert.ok(Object.keys(before).length > 60)
    await server.end('SIGTERM')
    const start = rowsInFile(join(server.dataDir, 'longshore.db'))
    const [home, there, back] = [server.dataDir, await world.places(), folderBeside(server, 'back')]
    const gone = await move(home, ['--to-store', there.url, '--to-blobs', there.blobs, '--verify'], there.keys)
    assert.ok(gone.copied >= 5 && !gone.goesOn)
    assert.equal(Object.keys(gone.digests).length, Object.keys(start).length + 1, 'each table, and the uploads')
    assert.deepEqual(await rowsIn(there.url), start)
    const came = await move(home, ['--to-store', back, '--to-blobs', 'files'], at(there))
    assert.equal(came.copied, gone.copied)
    assert.deepEqual(rowsInFile(join(back, 'longshore.db')), start)
    // What it left there says so, and is given back by who wants it.
    assert.match(await refusedMove(home, ['--to-store', back, '--to-blobs', 'files'], {}), /a move from .* was begun before/)
    assert.equal((await cli(['migrate', '--undo', '--data-dir', home], at(there))).code, 0)
    await server.up(at(there))
    assert.deepEqual(await answersOf(server), before)
    assert.equal((await send(server, 'GET', '/v2/team/app/manifests/v1', { as: { token } })).status, 200, 'a token from before')
    await pushImage(server, 'team/app', 'later')
    await restart(server, { LONGSHORE_STORE: 'sqlite', LONGSHORE_BLOBS: 'files' }, back)
    assert.deepEqual(await answersOf(server), before)
    assert.equal((await send(server, 'GET', '/v2/team/app/manifests/v1', { as: { token } })).status, 200)
    // A number that was given out is given out no more, a name that is there is not made again.
    await pushImage(server, 'team/new', 'v1')
    await pushImage(server, 'team/deleted', 'v1')
    const scrubbed = await cli(['scrub', '--data-dir', back, '--output', 'json'])
    assert.equal(scrubbed.code, 0, scrubbed.out)
  })
}
