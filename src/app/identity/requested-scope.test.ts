import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ScopeParameters, parseRequestedScope, parseProgramScope } from './requested-scope.ts'
import { type SignInReason, SignInRefused } from './sign-in-refusal.ts'

const origin = 'https://localhost:5443'

const resources: readonly [asked: ScopeParameters, resource: string, scopes: string, openid: boolean, offline: boolean][] = [
  [{ scope: `${origin}/.default` }, origin, `${origin}/.default`, false, false],
  [{ scope: `${origin}//.default openid profile offline_access` }, `${origin}/`, `${origin}//.default openid profile`, true, true],
  [{ scope: `${origin}/user_impersonation` }, origin, `${origin}/user_impersonation ${origin}/.default`, false, false],
  [{ scope: `${origin}//user_impersonation` }, `${origin}/`, `${origin}//user_impersonation ${origin}//.default`, false, false],
  [{ scope: 'User.Read' }, `${origin}/graph`, `User.Read ${origin}/graph/.default`, false, false],
  [{ scope: 'openid' }, `${origin}/graph`, `openid ${origin}/graph/.default`, true, false],
  [{ scope: `  ${origin}/.default\t${origin}/.default ` }, origin, `${origin}/.default`, false, false],
  [{ resource: `${origin}/` }, `${origin}/`, `${origin}//.default`, true, false],
  [{ resource: origin, scope: 'openid offline_access' }, origin, `openid ${origin}/.default`, true, true],
]
test('what is asked is read as it was written', () => {
  for (const [asked, resource, scopes, openid, offline] of resources)
    assert.deepEqual(parseRequestedScope(asked, origin), { resource, scopes: scopes.split(' '), openid, offline }, JSON.stringify(asked))
})

const refusals: readonly [asked: ScopeParameters, reason: SignInReason][] = [
  [{}, 'parameter-missing'],
  [{ scope: '  ' }, 'parameter-missing'],
  [{ scope: 'https://vault.azure.net/.default' }, 'resource-unknown'],
  [{ resource: 'https://localhost:5444' }, 'resource-unknown'],
  [{ resource: 'https://localhost:5443.evil.example' }, 'resource-unknown'],
  [{ scope: origin }, 'scope-invalid'],
  [{ scope: 'https://' }, 'scope-invalid'],
  [{ scope: `${origin}/` }, 'scope-invalid'],
  [{ scope: '<script>' }, 'scope-invalid'],
  [{ scope: '/.default' }, 'resource-unknown'],
  [{ scope: `${origin}/.default User.Read` }, 'scope-of-several'],
]
test('what is asked wrongly is refused with its reason', () => {
  for (const [asked, reason] of refusals)
    assert.throws(
      () => parseRequestedScope(asked, origin),
      (error) => error instanceof SignInRefused && error.reason === reason,
      JSON.stringify(asked),
    )
})

test('a program asks for the whole resource', () => {
  assert.equal(parseProgramScope({ scope: `${origin}/.default` }, origin).resource, origin)
  assert.equal(parseProgramScope({ resource: origin, scope: 'whatever' }, origin).resource, origin)
  assert.throws(() => parseProgramScope({ scope: `${origin}/user_impersonation` }, origin), { reason: 'scope-not-default' })
})
