import assert from 'node:assert/strict'
import { test } from 'node:test'
import { excessOf, lacksRoom, type Stored } from './storage-room.ts'

const stored = (some: Partial<Stored>): Stored => ({ used: 0, unreferenced: 0, pending: 0, reserved: 0, condemned: 0, limit: 100, ...some })

test('what is not named yet may be as much again as the limit, with the uploads that bring more of it', () => {
  assert.equal(lacksRoom(stored({ unreferenced: 60, pending: 60, reserved: 40 })), false)
  assert.equal(excessOf(stored({ unreferenced: 60, pending: 60, reserved: 41 })).pending, 1)
  assert.equal(excessOf(stored({ unreferenced: 60, pending: 60, reserved: 20 }), 30).pending, 10)
  assert.equal(lacksRoom(stored({ used: 50, unreferenced: 60, pending: 60, reserved: 40 })), false, 'whatever is named')
})

test('what is not named any more is full when it has reached the limit, also while it is on the disk only', () => {
  assert.equal(lacksRoom(stored({ unreferenced: 99 })), false)
  assert.equal(excessOf(stored({ unreferenced: 100 })).left, 1)
  assert.equal(excessOf(stored({ unreferenced: 60, pending: 20, condemned: 80 })).left, 21)
})

test('a push has the place of one that was deleted', () => {
  assert.equal(lacksRoom(stored({ unreferenced: 70 + 70, pending: 70, reserved: 1 })), false)
})

test('in all there is at most twice the limit', () => {
  assert.equal(lacksRoom(stored({ used: 60, unreferenced: 100, pending: 60, condemned: 0, reserved: 40 })), false)
  assert.equal(excessOf(stored({ used: 60, unreferenced: 100, pending: 60, condemned: 5, reserved: 40 })).all, 5)
})

test('without a limit there is no bound', () => {
  assert.equal(lacksRoom(stored({ unreferenced: 2 ** 50, condemned: 2 ** 50, limit: null })), false)
})
