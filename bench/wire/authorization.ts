import { Connection } from './connection.ts'

export interface BasicCredential {
  username: string
  password: string
}

export interface Authorization {
  authorization?: string
}

/**
 * Fetches a bearer token the way every registry client does: ask without one, read the challenge,
 * go to its realm with Basic. An answer without a challenge needs no token.
 */
export async function answerChallenge(
  port: number,
  method: string,
  path: string,
  credential: BasicCredential,
): Promise<{ headers: Authorization; seconds: number }> {
  const connection = new Connection(port)
  try {
    const refused = await connection.send({ method, path })
    const challenge = refused.headers.get('www-authenticate')
    if (refused.status !== 401 || challenge === undefined) return { headers: {}, seconds: Number.POSITIVE_INFINITY }
    const basic = { authorization: basicHeader(credential) }
    if (!/^bearer /i.test(challenge)) return { headers: basic, seconds: Number.POSITIVE_INFINITY }

    const realm = new URL(parameter(challenge, 'realm') ?? '')
    realm.searchParams.set('service', parameter(challenge, 'service') ?? '')
    const scope = parameter(challenge, 'scope')
    if (scope !== undefined) realm.searchParams.set('scope', scope)
    const answer = await connection.send({ method: 'GET', path: realm.pathname + realm.search, headers: basic })
    if (answer.status !== 200) throw new Error(`token for ${scope}: ${answer.status} ${answer.body.toString()}`)
    const token = JSON.parse(answer.body.toString()) as { access_token?: string; token?: string; expires_in?: number }
    return {
      headers: { authorization: `Bearer ${token.access_token ?? token.token}` },
      seconds: token.expires_in ?? 60,
    }
  } finally {
    connection.close()
  }
}

export function basicHeader(credential: BasicCredential): string {
  return `Basic ${Buffer.from(`${credential.username}:${credential.password}`).toString('base64')}`
}

function parameter(challenge: string, name: string): string | undefined {
  return new RegExp(`${name}="([^"]*)"`, 'i').exec(challenge)?.[1]
}
