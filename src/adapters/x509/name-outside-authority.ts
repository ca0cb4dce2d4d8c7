/** A name lies outside of what the authority may sign. */
export class NameOutsideAuthority extends Error {}
