const secretName = /key|secret|token|pass|pwd|credential|signature|^sig$|auth/i
const plain = /^[A-Za-z0-9.,:/[\]_-]{1,40}$/

/**
 * A text that is refused, as it may be shown: somebody may have put a password or a signature into it where none belongs, in whatever form. Left is what
 * stands before a URL's host up to its last `@`, what comes after a `#`, and what is given to a name that sounds like a secret or does not look plain.
 */
export const withoutSecrets = (text: string): string =>
  text
    .replace(/\/\/.*@/s, '//***@')
    .replace(/#.*$/s, '#***')
    .replace(/([^=?&;\s]+)=([^&;\s#]*)/g, (all, name: string, value: string) =>
      value !== '' && (secretName.test(name) || !plain.test(value)) ? `${name}=***` : all,
    )
