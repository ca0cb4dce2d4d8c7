import { readFileSync } from 'node:fs'
import type { TokenCredential } from '@azure/identity'
import { RegistryError } from '#core/registry-error.ts'

/** How requests are allowed: signed with the account's key, by a shared access signature that somebody made, or by the tokens of an identity. */
export type Secret = { kind: 'key'; key: string } | { kind: 'sas'; sas: string }

/** What this server shows to the account. A file is read again, so that whoever changes it need not start anything again. */
export interface Credentials {
  /** As it is now; undefined where an identity is used. */
  secret(): Secret | undefined
}

/** In milliseconds. */
const lookAgain = 1000

/**
 * From a file, or from the variables that Azure's own CLI reads; where there are none the tokens of an identity are used.
 * @param file has a key or a shared access signature
 */
export function credentialsOf(file: string | undefined, environment: NodeJS.ProcessEnv = process.env): Credentials {
  const { AZURE_STORAGE_KEY: key, AZURE_STORAGE_SAS_TOKEN: sas } = environment
  if (file) return fromFile(file)
  const secret = key ? secretIn(key, 'AZURE_STORAGE_KEY') : sas ? secretIn(sas, 'AZURE_STORAGE_SAS_TOKEN') : undefined
  return { secret: () => secret }
}

function fromFile(path: string): Credentials {
  let read: { secret: Secret; at: number } | undefined
  return {
    secret: () => {
      const now = performance.now()
      if (!read || now - read.at > lookAgain) read = { secret: secretIn(textOf(path), path), at: now }
      return read.secret
    },
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    throw new RegistryError('storage-failed', `the file with the object store's key cannot be read (${code}): ${path}`)
  }
}

/** @param from told where it is neither; what was found is not */
function secretIn(found: string, from: string): Secret {
  const text = found.trim().replace(/^\?/, '')
  if (/(?:^|&)sig=/.test(text)) return { kind: 'sas', sas: text }
  if (text.length >= 16 && /^[A-Za-z0-9+/]+={0,2}$/.test(text)) return { kind: 'key', key: text }
  throw new RegistryError('storage-failed', `neither an account key nor a shared access signature is in ${from}`)
}

const patience = { retryOptions: { maxRetries: 2, retryDelayInMs: 500, maxRetryDelayInMs: 4000 } }

/** A workload's where the cluster gave it a token, an application's where it has a secret, else the machine's. Loads their library. */
export async function identityOf(environment: NodeJS.ProcessEnv = process.env): Promise<TokenCredential> {
  const { EnvironmentCredential, ManagedIdentityCredential, WorkloadIdentityCredential } = await import('@azure/identity')
  const { AZURE_FEDERATED_TOKEN_FILE, AZURE_CLIENT_ID: clientId, AZURE_CLIENT_SECRET, AZURE_CLIENT_CERTIFICATE_PATH } = environment
  if (AZURE_FEDERATED_TOKEN_FILE) return new WorkloadIdentityCredential(patience)
  if (AZURE_CLIENT_SECRET || AZURE_CLIENT_CERTIFICATE_PATH) return new EnvironmentCredential(patience)
  return new ManagedIdentityCredential(clientId ? { ...patience, clientId } : patience)
}
