import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

/** Of 127.0.0.1, by nobody but itself: PEM files in the folder. */
export function certificateIn(folder: string, name: string): { cert: string; key: string } {
  const [cert, key] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)]
  const names = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1']
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, '-days', '2', ...names], {
    stdio: 'ignore',
  })
  return { cert, key }
}
