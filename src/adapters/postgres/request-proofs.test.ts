import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { RequestProofs } from './request-proofs.ts'

const database = { epoch: 1, asked: 0, away: false, time: 0 }
const proofs = new RequestProofs(
  async () => {
    database.asked++
    if (database.away) throw new Error('away')
    return database.epoch
  },
  () => database.time,
)
const prove = async () => proofs.prove()
beforeEach(() => Object.assign(database, { asked: 0, away: false, time: 0 }))

test('a request proves once, what stands outside of any each time', async () => {
  await proofs.within(async () => {
    await Promise.all([prove(), prove(), prove()])
    await prove()
    await prove()
  })
  assert.equal(database.asked, 1)
  await Promise.all([prove(), prove()])
  await prove()
  assert.equal(database.asked, 4)
})

test('each request has its own proof', async () => {
  await Promise.all([1, 2, 3].map(() => proofs.within(prove)))
  assert.equal(database.asked, 3)
})

test('what another request saw later is not older than the own proof', async () => {
  await proofs.within(async () => {
    const before = await prove()
    database.epoch++
    assert.equal(await prove(), before)
    assert.equal(await proofs.within(prove), database.epoch)
    assert.equal(await prove(), database.epoch)
  })
})

test('a proof ends with what the request changes, also one under way', async () => {
  await proofs.within(async () => {
    const early = prove()
    proofs.end()
    database.epoch++
    assert.equal(await prove(), database.epoch)
    await early
    assert.equal(await prove(), database.epoch)
  })
  assert.equal(database.asked, 2)
})

test('a request that takes long proves again', async () => {
  await proofs.within(async () => {
    await prove()
    database.time = 999
    await prove()
    assert.equal(database.asked, 1)
    database.time = 1000
    database.epoch++
    assert.equal(await prove(), database.epoch)
  })
})

test('a proof that failed is no proof', async () => {
  await proofs.within(async () => {
    database.away = true
    await assert.rejects(prove, /away/)
    await assert.rejects(prove, /away/)
    database.away = false
    assert.equal(await prove(), database.epoch)
  })
})
