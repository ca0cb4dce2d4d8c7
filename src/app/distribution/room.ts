import { RegistryError } from '#core/registry-error.ts'

/** Makes room for bytes in a registry; returns after how many seconds there may be some, if that is known. */
export type Room = (registryId: number, bytes: number) => Promise<number | undefined>

/** Does what needs room for `bytes`; where there is none, once more after some was made. Fails with `quota-exceeded`, `unreferenced-full`. */
export async function withRoom<Result>(
  { room }: { room?: Room },
  registryId: number,
  bytes: number,
  work: () => Promise<Result>,
): Promise<Result> {
  const withoutRoom = (error: unknown): error is RegistryError =>
    error instanceof RegistryError && (error.failure === 'unreferenced-full' || error.failure === 'quota-exceeded')
  try {
    return await work()
  } catch (error) {
    if (!room || !withoutRoom(error)) throw error
  }
  const retryAfter = await room(registryId, bytes)
  return work().catch((error: unknown) => {
    throw withoutRoom(error) && error.failure === 'unreferenced-full'
      ? new RegistryError(error.failure, error.message, { ...error.detail, ...(retryAfter && { retryAfter }) })
      : error
  })
}
