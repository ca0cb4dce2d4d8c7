import { X509Certificate } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { directoryOf } from './directory.ts'
import { localCertificates } from '#adapters/x509/authority.ts'
import { forgetAuthority } from '#adapters/x509/authority-files.ts'
import type { AuthorityInfo } from '#core/maintenance.ts'
import { Refusal } from '#core/refusal.ts'
import { renewCaBundle } from '#adapters/system/ca-bundle.ts'
import type { OpenCertificates } from '#adapters/x509/server-certificates.ts'
import { impliedNames, serverNames } from './server-names.ts'
import type { Config } from './settings.ts'

/**
 * The certificate of the local authority, made anew when asked.
 * @param running the certificates of the running server, which take up a new authority at once
 */
export async function localAuthority(
  config: Config,
  { renew, now, running }: { renew: boolean; now: number; running?: OpenCertificates | undefined },
): Promise<AuthorityInfo> {
  if (config.https === 'off' || config.tlsCert !== '') throw new Refusal('no-local-authority')
  const { tls } = directoryOf(config)
  const path = join(tls, 'ca.pem')
  if (renew && running) await running.renewAuthority()
  else if (renew) forgetAuthority(tls)
  if (!existsSync(path)) await localCertificates(tls, serverNames(config), now, impliedNames())
  if (renew) renewCaBundle(tls)
  const certificate = new X509Certificate(readFileSync(path))
  return {
    path,
    subject: certificate.subject,
    fingerprint: certificate.fingerprint256,
    notAfter: certificate.validToDate.toISOString(),
  }
}
