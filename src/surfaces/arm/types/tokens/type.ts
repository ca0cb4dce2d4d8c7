import { fixed, list, object, oneOf, text, time } from '#core/shape.ts'
import type { StoredResource } from '#ports/resources.ts'
import { passwordsOf, tokenRules } from '#app/resources/tokens.ts'
import type { Context } from '../../context.ts'
import { childEnvelope, creationDate } from '../../envelope.ts'
import { acceptedStatuses, preview, versionsFrom } from '../../lifetime.ts'
import type { ResourceType } from '../../resource-type.ts'
import { withTokens } from '../registries/versions.ts'

const password = object({ name: oneOf('password1', 'password2'), creationTime: time, expiry: time })

export const tokens: ResourceType = {
  name: tokenRules.type,
  nameForm: { pattern: /^[a-zA-Z0-9-]{5,50}$/, like: 'alpha numeric characters and dashes, between 5 and 50 of them' },
  versions: versionsFrom(withTokens, {
    properties: { 'properties.credentials.activeDirectoryObject': preview('2019-05-01/2020-11-01') },
    statuses: acceptedStatuses,
  }),
  shape: object({
    properties: object({
      scopeMapId: text(1000),
      status: oneOf('enabled', 'disabled'),
      credentials: object({ certificates: fixed(null), passwords: list(password, 2) }),
    }),
  }),
  rules: tokenRules,
  show: showToken,
  listedEverywhere: false,
  actions: {},
}

async function showToken({ deps }: Context, token: StoredResource): Promise<object> {
  const passwords = (await passwordsOf(deps, token)).map(({ slot, createdAt, expiresAt }) => ({
    creationTime: new Date(createdAt).toISOString(),
    ...(expiresAt === null ? {} : { expiry: new Date(expiresAt).toISOString() }),
    name: slot,
  }))
  return childEnvelope(token, {
    creationDate: creationDate(token),
    provisioningState: 'Succeeded',
    scopeMapId: token.body.properties.scopeMapId,
    status: token.body.properties.status,
    credentials: { certificates: [], passwords },
  })
}
