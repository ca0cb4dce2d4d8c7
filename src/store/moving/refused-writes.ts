import { RegistryError } from '#core/registry-error.ts'

/** For how long a command waits for the end of a pause, in milliseconds. */
export const longestPause = 10_000
export const lookEvery = 50

export const pausedFailure = () =>
  new RegistryError('storage-failed', 'the registry is being moved to another place: nothing can be written for a moment, try again', {})

export const movedFailure = () =>
  new RegistryError(
    'storage-failed',
    'the registry has moved to another place, and this server only reads: its operator starts it there',
    {},
  )
