import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Validity } from '#adapters/x509/validity.ts'

type Bad = Exclude<Validity, 'good'>

const why: Readonly<Record<Exclude<Bad, 'absent'>, string>> = {
  ended: 'its time was over',
  early: 'its time had not come: was the clock wrong when it was made?',
  unreadable: 'its files could not be used',
}

/** What the log says of certificates that are not what they were. */
export const certificateNews = (log: Logger, folder: string) => ({
  replaced: (validity: Bad) =>
    validity === 'absent'
      ? log.info({ path: join(folder, 'ca.pem') }, 'a local certificate authority was made: clients must trust it ("longshore ca")')
      : log.warn(
          { path: join(folder, 'ca.pem'), because: why[validity] },
          'another local certificate authority is in use: clients must trust the one of this path ("longshore ca")',
        ),
  untimely: (validity: Bad) =>
    log.error(
      { setting: 'LONGSHORE_TLS_CERT', because: validity === 'ended' ? why.ended : 'its time has not come' },
      'clients will refuse the certificate: bring one that is good now, it is read again when the file changes; or set the clock',
    ),
})
