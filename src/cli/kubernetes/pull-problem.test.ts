import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pullOutcome } from './pull-problem.ts'

test('what runtimes say of a pull is read by its first cause', () => {
  const said = {
    pulls: ['failed to resolve reference "r.test/a:b": r.test/a:b: not found', 'reading manifest b in r.test/a: manifest unknown'],
    login: [
      'failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://r.test/oauth2/token?scope=x: 401 Unauthorized',
      'pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials',
      'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
    ],
    trust: ['Head "https://r.test/v2/": tls: failed to verify certificate: x509: certificate is valid for localhost, not r.test'],
    name: [
      'Head "https://r.test/v2/": dial tcp: lookup r.test: no such host',
      'dial tcp: lookup r.test on 10.0.0.2:53: server misbehaving',
    ],
    away: ['dial tcp 10.0.0.9:443: connect: connection refused', 'dial tcp 10.0.0.9:443: i/o timeout'],
    plain: ['http: server gave HTTP response to HTTPS client'],
    busy: ['unexpected status from HEAD request: 429 Too Many Requests', 'unexpected status: 503 Service Unavailable'],
    other: ['no space left on device'],
  }
  for (const [outcome, sentences] of Object.entries(said)) for (const each of sentences) assert.equal(pullOutcome(each), outcome, each)
})
