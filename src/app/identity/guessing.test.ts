import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FailedLogins } from '../tokens/rate-limits.ts'
import { slowGuessing } from './guessing.ts'
import { SignInRefused } from './sign-in-refusal.ts'

const at = { address: '10.0.0.1', name: 'alice' }
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
  const reasons = await Promise.all(Array.from({ length: 40 }, () => reason(slowGuessing(deps, at, judge))))
  assert.equal(reasons.filter((each) => each === 'password-wrong').length, 21)
  assert.equal(reasons.filter((each) => each === 'too-many-attempts').length, 19)
})

test('another name does not wait, a success forgets, and what is no guess is not counted', async () => {
  const deps = scene()
  const never = slowGuessing(deps, at, () => new Promise<never>(() => {}))
  assert.equal(await reason(slowGuessing(deps, { ...at, name: 'bob' }, async () => 1)), 'good')
  void never
  const bob = { ...at, name: 'bob' }
  for (let each = 0; each < 20; each++) await reason(slowGuessing(deps, bob, wrong))
  assert.equal(await reason(slowGuessing(deps, bob, async () => 1)), 'good')
  for (let each = 0; each < 20; each++) await reason(slowGuessing(deps, bob, wrong))
  const off = () => Promise.reject(new SignInRefused('user-disabled'))
  for (let each = 0; each < 5; each++) assert.equal(await reason(slowGuessing(deps, bob, off)), 'user-disabled')
})
