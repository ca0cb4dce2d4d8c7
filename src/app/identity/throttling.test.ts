import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FailedLogins } from '../tokens/rate-limits.ts'
import { throttlePassword, throttleSecret } from './throttling.ts'
import { SignInRefused } from './sign-in-refusal.ts'

const at = { address: '10.0.0.1', name: 'alice', familiar: false }
const wrong = () => Promise.reject(new SignInRefused('password-wrong'))
const scene = () => ({ failedLogins: new FailedLogins({ now: () => 0, elapsed: () => 0 }) })
const reason = (work: Promise<unknown>) => work.then(() => 'good').catch((error: SignInRefused) => error.reason ?? String(error))

test('guesses at once are judged one after another, so that none slips past the pause', async () => {
  const deps = scene()
  let running = 0
  const judge = async () => {
    assert.equal(++running, 1)
    await new Promise((resolve) => setImmediate(resolve))
    running--
    return wrong()
  }
  const reasons = await Promise.all(Array.from({ length: 40 }, () => reason(throttlePassword(deps, at, judge))))
  assert.equal(reasons.filter((each) => each === 'password-wrong').length, 21)
  assert.equal(reasons.filter((each) => each === 'too-many-attempts').length, 19)
})

test('who is at home does not wait for strangers of the address; a success forgets, and what is no guess is not counted', async () => {
  const deps = scene()
  void throttlePassword(deps, at, () => new Promise<never>(() => {}))
  const bob = { ...at, name: 'bob', familiar: true }
  assert.equal(await reason(throttlePassword(deps, bob, async () => 1)), 'good')
  for (let each = 0; each < 100; each++) await reason(throttlePassword(deps, bob, wrong))
  assert.equal(await reason(throttlePassword(deps, bob, async () => 1)), 'good')
  for (let each = 0; each < 100; each++) await reason(throttlePassword(deps, bob, wrong))
  const off = () => Promise.reject(new SignInRefused('user-disabled'))
  for (let each = 0; each < 5; each++) assert.equal(await reason(throttlePassword(deps, bob, off)), 'user-disabled')
})

test('a line of strangers is short', async () => {
  const deps = scene()
  void throttlePassword(deps, at, () => new Promise<never>(() => {}))
  const waiting = Array.from({ length: 60 }, () => reason(throttlePassword(deps, at, wrong)))
  const refused = await Promise.race([waiting[59], waiting[0]])
  assert.equal(refused, 'too-many-attempts')
})

test('a right secret of ours is believed whatever was tried before; wrong ones are sent away', async () => {
  const deps = scene()
  const tries = [] as string[]
  for (let each = 0; each < 25; each++) tries.push(await reason(throttleSecret(deps, at.address, wrong)))
  assert.deepEqual([tries.filter((each) => each === 'password-wrong').length, tries.at(-1)], [21, 'too-many-attempts'])
  assert.equal(await reason(throttleSecret(deps, at.address, async () => 1)), 'good')
})
