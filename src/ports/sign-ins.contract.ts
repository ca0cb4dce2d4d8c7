import assert from 'node:assert/strict'
import { guid, objectOf, signInOf } from './control-scene.contract.ts'
import { type It, start } from './metadata-scene.contract.ts'

const [alice, bob] = [guid(0x20), guid(0x21)]
const token = (id: string, family = 'f1') => signInOf(id, { principalId: alice, state: 'granted', family })

export function signInsContract(it: It): void {
  it('a code is redeemed once; its refresh token comes with it, and a second use ends that', async ({ store }) => {
    const code = signInOf('c1', { kind: 'code', principalId: alice, state: 'granted', details: { nonce: "it's" } })
    await store.putSignIn({ signIn: code })
    await assert.rejects(store.putSignIn({ signIn: code }), { failure: 'conflict' })
    assert.deepEqual(await store.signIn('c1'), code)
    const redeem = (refreshToken = 'r1', now = start) =>
      store.redeemSignIn({ id: 'c1', now, usedUntil: code.expiresAt + 5, refreshToken: token(refreshToken) })
    assert.equal(await redeem('r1', code.expiresAt), 'gone')
    assert.equal(await store.signIn('r1'), undefined)
    await store.putSignIn({ signIn: token('r9', 'f9') })
    await assert.rejects(redeem('r9'), { failure: 'conflict' })
    assert.deepEqual(await store.signIn('c1'), code, 'without the refresh token nothing happens')
    assert.equal(await redeem(), 'redeemed')
    assert.deepEqual(await store.signIn('r1'), token('r1'))
    assert.deepEqual(await store.signIn('c1'), { ...code, state: 'used', family: 'f1', details: {}, expiresAt: code.expiresAt + 5 })
    for (const next of ['r2', 'r3']) {
      assert.equal(await redeem(next), 'used')
      assert.deepEqual([await store.signIn('r1'), await store.signIn(next)], [undefined, undefined])
    }
    assert.notEqual(await store.signIn('r9'), undefined)
    assert.equal(await store.redeemSignIn({ id: 'nobody', now: start, usedUntil: null, refreshToken: null }), 'gone')
  })

  it('of many redemptions at once one succeeds, and nothing it gave outlives the others', async ({ store }) => {
    for (const usedUntil of [start + 1000, null]) {
      await store.putSignIn({ signIn: signInOf('c1', { kind: 'code', principalId: alice, state: 'granted' }) })
      const outcomes = await Promise.all(
        Array.from({ length: 6 }, (_, each) => store.redeemSignIn({ id: 'c1', now: start, usedUntil, refreshToken: token(`r${each}`) })),
      )
      assert.equal(outcomes.filter((each) => each === 'redeemed').length, 1)
      const left = (await Promise.all(outcomes.map((_, each) => store.signIn(`r${each}`)))).filter((each) => each !== undefined)
      assert.equal(left.length, usedUntil === null ? 1 : 0, 'what is not kept as used cannot be seen to come again')
      assert.equal(await store.redeemSignIn({ id: 'c1', now: start, usedUntil, refreshToken: null }), usedUntil === null ? 'gone' : 'used')
      await store.endSignIns({ family: 'f1' })
    }
  })

  it('a device’s question is answered once, while it lasts, and its user code is free again', async ({ store }) => {
    const asked = signInOf('d1', { kind: 'device', userCode: 'ABCD-EFGH', details: { scope: 'x' } })
    await store.putSignIn({ signIn: asked })
    assert.deepEqual(await store.signInByUserCode('ABCD-EFGH'), asked)
    assert.equal(await store.signInByUserCode('ABCD-EFGX'), undefined)
    const another = signInOf('d2', { kind: 'device', userCode: 'ABCD-EFGH' })
    await assert.rejects(store.putSignIn({ signIn: another }), { failure: 'conflict' })
    const granted = { principalId: alice, details: { scope: 'y' } }
    const answer = (id: string, now: number, as: typeof granted | 'refused' = granted) => store.answerSignIn({ id, now, answer: as })
    const gone = { failure: 'not-found' }
    await assert.rejects(answer('d1', asked.expiresAt), gone)
    assert.equal(await store.redeemSignIn({ id: 'd1', now: start, usedUntil: null, refreshToken: null }), 'gone', 'nobody granted it')
    await answer('d1', start)
    const after = { ...asked, userCode: null, principalId: alice, state: 'granted', details: { scope: 'y' } }
    assert.deepEqual(await store.signIn('d1'), after)
    await store.putSignIn({ signIn: another })
    const outcomes = await Promise.allSettled([answer('d2', start, 'refused'), answer('d2', start)])
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
    const state = (await store.signIn('d2'))?.state
    assert.equal(state, outcomes[0]?.status === 'fulfilled' ? 'refused' : 'granted')
    for (const id of ['d1', 'd2', 'd3']) await assert.rejects(answer(id, start, 'refused'), gone)
  })

  it('a refresh token has one successor, whoever asks at once', async ({ store }) => {
    await store.putSignIn({ signIn: token('r0') })
    const rotate = (each: number) => store.rotateRefreshToken({ id: 'r0', details: { successor: each }, by: token(`s${each}`) })
    const outcomes = await Promise.all([1, 2, 3, 4].map(rotate))
    assert.equal(new Set(outcomes.map((each) => JSON.stringify(each))).size, 1)
    const there = (await Promise.all([1, 2, 3, 4].map((each) => store.signIn(`s${each}`)))).filter((each) => each !== undefined)
    assert.deepEqual(
      there.map(({ id }) => id),
      [`s${String(outcomes[0]?.successor)}`],
    )
    assert.equal((await store.signIn('r0'))?.state, 'replaced')
    await store.endSignIns({ family: 'f1' })
    assert.equal(await rotate(5), undefined)
    assert.equal(await store.signIn('s5'), undefined)
  })

  it('a family ends whole, however fast its tokens replace each other meanwhile', async ({ store }) => {
    const many = 12
    for (let round = 0; round < 4; round++) {
      await store.putSignIn({ signIn: signInOf('c1', { kind: 'code', principalId: alice, state: 'granted' }) })
      await store.redeemSignIn({ id: 'c1', now: start, usedUntil: start + 1000, refreshToken: token('t0') })
      const chain = async () => {
        for (let each = 0; each < many; each++) await store.rotateRefreshToken({ id: `t${each}`, details: {}, by: token(`t${each + 1}`) })
      }
      const replay = () => store.redeemSignIn({ id: 'c1', now: start, usedUntil: start + 1000, refreshToken: null })
      const [, answer] = await Promise.all([chain(), store.putSignIn({ signIn: token('other', 'f2') }).then(replay)])
      assert.equal(answer, 'used')
      for (let each = 0; each <= many; each++) assert.equal(await store.signIn(`t${each}`), undefined, `t${each} of round ${round}`)
      assert.notEqual(await store.signIn('other'), undefined)
      for (const family of ['f1', 'f2']) await store.endSignIns({ family })
    }
  })

  it('the sign-ins of a principal end together, those that ended are reaped, and all go with the principal', async ({ store }) => {
    await store.putDirectoryObject({ object: objectOf(alice) })
    const put = (id: string, principalId: string, expiresAt = start + 1000) =>
      store.putSignIn({ signIn: signInOf(id, { principalId, expiresAt }) })
    await put('a1', alice)
    await put('a2', alice)
    await put('b1', bob)
    await store.putDirectoryObject({ object: objectOf(alice), endSignIns: true })
    const there = async (...ids: string[]) => (await Promise.all(ids.map((id) => store.signIn(id)))).map((each) => each !== undefined)
    assert.deepEqual(await there('a1', 'a2', 'b1'), [false, false, true])
    await put('a3', alice)
    await store.deleteDirectoryObject({ id: alice })
    assert.deepEqual(await there('a3', 'b1'), [false, true])
    for (let each = 0; each < 5; each++) await put(`r${each}`, bob, start + each)
    assert.equal(await store.reapSignIns({ now: start + 3, limit: 2 }), 2)
    assert.equal(await store.reapSignIns({ now: start + 3, limit: 10 }), 2)
    assert.deepEqual(await there('r3', 'r4', 'b1'), [false, true, true])
  })

  it('of the addresses that a credential was shown from those seen last are kept', async ({ store }) => {
    await store.createDirectoryObjects({ objects: [objectOf(alice)] })
    const seen = async (credential = 'c1') =>
      Promise.all(['one', 'two', 'three'].map((address) => store.familiarAddress(credential, address)))
    const note = (address: string, now: number, { credential = 'c1', since = start - 1, most = 2 } = {}) =>
      store.noteAddress({ principalId: alice, credential, address, now, since, most })
    await note('one', start)
    await note('one', start, { credential: 'c2' })
    await note('two', start + 1)
    await note('one', start + 2)
    assert.deepEqual(await seen(), [start + 2, start + 1, undefined])
    await note('three', start + 3)
    assert.deepEqual(await seen(), [start + 2, undefined, start + 3])
    assert.deepEqual(await seen('c2'), [start, undefined, undefined])
    await note('two', start + 4, { since: start + 3, most: 10 })
    assert.deepEqual(await seen(), [undefined, start + 4, start + 3])
    assert.deepEqual(await seen('c2'), [undefined, undefined, undefined])
  })
}
