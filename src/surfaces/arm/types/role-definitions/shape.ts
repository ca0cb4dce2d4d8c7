import { list, name, object, text } from '#core/shape.ts'
import type { NewRole } from '#app/authorization/custom-roles.ts'
import { incorrectlyFormatted } from '../../authorization/body.ts'

const texts = list(text())

export const definitionShape = object(
  {
    properties: object(
      {
        roleName: name(),
        type: text(),
        description: text(),
        permissions: list(object({ actions: texts, notActions: texts, dataActions: texts, notDataActions: texts })),
        assignableScopes: texts,
      },
      ['roleName'],
    ),
  },
  ['properties'],
)

export interface DefinitionBody {
  properties: {
    roleName: string
    type?: string | null
    description?: string | null
    permissions?:
      | readonly Readonly<Partial<Record<'actions' | 'notActions' | 'dataActions' | 'notDataActions', readonly string[] | null>>>[]
      | null
    assignableScopes?: readonly string[] | null
  }
}

/** What a client leaves out is nothing. Fails with `request-invalid` for a built-in role. */
export function roleOfBody({ properties }: DefinitionBody): Omit<NewRole, 'id'> {
  const { roleName, type, description, permissions, assignableScopes } = properties
  if (type?.toLowerCase() === 'builtinrole') throw incorrectlyFormatted("'type' must be 'CustomRole': built-in roles cannot be made")
  return {
    name: roleName,
    description: description ?? '',
    permissions: (permissions ?? []).map((each) => ({
      actions: each.actions ?? [],
      notActions: each.notActions ?? [],
      dataActions: each.dataActions ?? [],
      notDataActions: each.notDataActions ?? [],
    })),
    assignableScopes: assignableScopes ?? [],
  }
}
