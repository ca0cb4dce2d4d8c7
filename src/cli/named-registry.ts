import type { ArmClient, ArmRegistry } from '#client/arm.ts'
import { ApiFailure } from '#client/json-api.ts'
import type { AdminCredentials } from '#core/maintenance.ts'
import { Refusal } from '#core/refusal.ts'

/** Whatever case its name is written in: no two differ by it alone. */
export async function namedRegistry(arm: ArmClient, name: string): Promise<ArmRegistry> {
  const known: string[] = []
  for await (const each of arm.registries()) {
    if (each.name.toLowerCase() === name.toLowerCase()) return each
    known.push(each.name.toLowerCase())
  }
  throw new Refusal('registry-unknown', { name, known: known.join(', ') })
}

export async function adminCredentialsOf(arm: ArmClient, name: string): Promise<AdminCredentials> {
  const { id } = await namedRegistry(arm, name)
  return whileAdminIsOn(name, () => arm.adminCredentials(id))
}

/** ARM says that the admin user is off; what to do about it here is our own command. */
export async function whileAdminIsOn<Result>(registry: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ApiFailure && error.code === 'UnAuthorizedForCredentialOperations') throw new Refusal('admin-off', { registry })
    throw error
  }
}
