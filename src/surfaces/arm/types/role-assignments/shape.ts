import { name, object, text } from '#core/shape.ts'

/** What a PUT of a role assignment says; what it does not know is left out (acr "Roles and permissions"). */
export const assignmentShape = object(
  {
    properties: object({ roleDefinitionId: name(), principalId: name(), principalType: text(), description: text(), condition: text() }, [
      'roleDefinitionId',
      'principalId',
    ]),
  },
  ['properties'],
)

export interface AssignmentBody {
  properties: {
    roleDefinitionId: string
    principalId: string
    principalType?: string | null
    description?: string | null
    condition?: string | null
  }
}
