import { RegistryError } from '#core/registry-error.ts'
import type { Tenant } from '#ports/directory.ts'

/** What Entra takes in the part before the `@`, and `$` and `+`, which its own tools send too. */
const alias = /^(?!\.)(?!.*\.\.)[A-Za-z0-9'.!#^~_+$-]{1,64}(?<!\.)$/
const uri = /^[a-z][a-z0-9+.-]*:[^\s\p{Cc}]{1,1000}$/iu

/** Up to 256 characters for people. Fails with `request-invalid`. */
export function checkedDisplayName(text: string): string {
  if (text.trim() === '' || text.length > 256 || /[\p{Cc}\p{Zl}\p{Zp}]/u.test(text))
    throw new RegistryError('request-invalid', 'a display name has 1 to 256 characters, none of them a control character')
  return text
}

/**
 * A user's principal name, lower case; without `@` it gets the tenant's domain.
 * Fails with `request-invalid`, which says what is allowed.
 */
export function checkedLogin(text: string, { domain }: Tenant): string {
  const at = text.lastIndexOf('@')
  const [name, of] = at === -1 ? [text, domain] : [text.slice(0, at), text.slice(at + 1)]
  if (!alias.test(name))
    throw new RegistryError(
      'request-invalid',
      `"${name.slice(0, 80)}" is not the name of a user: up to 64 letters, digits and ' . ! # ^ ~ _ + $ -, no point at either end`,
    )
  if (of.toLowerCase() !== domain.toLowerCase())
    throw new RegistryError(
      'request-invalid',
      `the domain of a user principal name must be the directory's: expected "@${domain}", not "@${of.slice(0, 80)}"`,
    )
  return `${name}@${domain}`.toLowerCase()
}

/** An absolute URI, so that it can never be taken for the id of another application. Fails with `request-invalid`. */
export function checkedIdentifierUri(text: string): string {
  if (!uri.test(text))
    throw new RegistryError(
      'request-invalid',
      `"${text.slice(0, 80)}" is not an identifier URI: expected an absolute URI, as in api://name`,
    )
  return text
}

const classes = [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{L}\p{Nd}]/u]

/** What a person chose: Entra's rule, and any phrase of 16 characters or more. Fails with `request-invalid`; the password is not told. */
export function checkedPassword(text: string): string {
  const kinds = classes.filter((each) => each.test(text)).length
  const good = text.length >= 8 && text.length <= 256 && !/\p{Cc}/u.test(text) && (text.length >= 16 || kinds >= 3)
  if (good) return text
  throw new RegistryError(
    'request-invalid',
    'the specified password does not comply with password complexity requirements: 8 to 256 characters, and either 16 of them or three of: lower case, upper case, digits, others',
  )
}
