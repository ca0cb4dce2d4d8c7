/**
 * No registry has these names: `<name>.<domain>` is, or may become, a host of our own, or one that people take for it.
 * Names of less than five letters are no registry's anyway; they stand here for whoever reads which are ours.
 */
const reserved: ReadonlySet<string> = new Set(
  `api arm auth cdn data dns docs help mail www admin azure cloud control discovery events graph health identity
   login logout management metadata metrics microsoft notary oauth2 operator portal private public runner signin
   status tasks token webhooks autodiscover localhost longshore`.split(/\s+/),
)

export const isReservedName = (name: string): boolean => reserved.has(name.toLowerCase())

/** ARM's sentence for a name that nobody may have. */
export const reservedSentence = (name: string): string =>
  `The resource name '${name}' or a part of the name is a trademarked or reserved word.`
