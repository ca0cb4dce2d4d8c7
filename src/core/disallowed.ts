import { RegistryError } from './registry-error.ts'

/** ACR's one sentence for what is locked, quarantined or too much (FAQ, "disallowed operation"). */
const because = (reason: string) =>
  `The operation is disallowed on this registry, repository or image${reason}. View troubleshooting steps at https://aka.ms/acr/faq/#why-does-my-pull-or-push-request-fail-with-disallowed-operation`

/** ACR's words, whatever it is that is locked; the detail and the log name it. */
export const locked = (what: string, detail: Readonly<Record<string, unknown>>): RegistryError =>
  new RegistryError('locked', because(''), { because: `${what} is locked`, ...detail })

/** In bytes. */
export const storageExhausted = (bytes: { limit: number; taken: number; asked: number }): RegistryError =>
  new RegistryError(
    'quota-exceeded',
    because(
      `: its storage limit of ${bytes.limit} bytes is reached, ${bytes.taken} bytes are taken and ${bytes.asked} more were asked for`,
    ),
    bytes,
  )

/** In bytes. Time helps, so it is no disallowed operation: clients try again. */
export const unreferencedFull = (bytes: { limit: number; lying: number }): RegistryError =>
  new RegistryError(
    'unreferenced-full',
    `no manifest names ${bytes.lying} bytes of this registry, too many beside its storage limit of ${bytes.limit} bytes: try again later, the oldest go when nobody has relied on them for an hour`,
    bytes,
  )
