/** What is said in English: `registry`, `credential`, `key`. */
export const registry = {
  'credential.summary': 'The passwords of the admin user.',
  'credential.more': `Examples:
  longshore credential show
  longshore credential renew --password-name password2`,
  'credential.show.summary': 'Show the admin user and both of its passwords.',
  'credential.show.more': `The JSON is that of "az acr credential show".

Examples:
  longshore credential show
  longshore credential show --output json | jq -r '.passwords[0].value'`,
  'credential.renew.summary': 'Make a new password in one of the two places.',
  'credential.renew.more': `The old password, and every token got with it, ends at the next request. To change without a gap: renew password2,
give it to the clients, then renew password.

Examples:
  longshore credential renew --password-name password`,
  'credential.renew.slot': 'which of the two: password or password2',

  'registry.summary': 'What is switched on in the registry.',
  'registry.more': `Examples:
  longshore registry show
  longshore registry update --anonymous-pull-enabled true`,
  'registry.show.summary': 'Show the registry.',
  'registry.show.more': `Examples:
  longshore registry show --output json`,
  'registry.list.summary': 'List the registries.',
  'registry.list.more': `Examples:
  longshore registry list
  longshore registry list --output json`,
  'registry.update.summary': 'Change the registry; a running server follows at the next request.',
  'registry.update.more': `Examples:
  longshore registry update --admin-enabled false
  longshore registry update --anonymous-pull-enabled true --storage-limit 500GiB`,
  'registry.update.admin': 'may the admin user log in',
  'registry.update.anonymous': 'may everybody pull without logging in',
  'registry.update.rates': "off, or tier: the request rates of the registry's tier",
  'registry.update.children':
    'kept, or free: whether a manifest that belongs to a tagged index can be deleted by itself (free: as in Azure)',
  'registry.update.limit': 'most bytes that may be stored: none, or a number with KiB, MiB, GiB or TiB',

  'key.summary': 'The keys that sign tokens.',
  'key.more': `Examples:
  longshore key rotate`,
  'key.rotate.summary': 'Make a new signing key now.',
  'key.rotate.more': `Tokens that the old key signed stay good until they end, unless --revoke. Keys rotate by themselves every 30 days.

Examples:
  longshore key rotate
  longshore key rotate --revoke       after a key may have been seen: every client logs in again`,
  'key.rotate.revoke': 'forget all older keys: every token given out ends now',
  'key.kid': 'key',
  'key.signs': 'signs until',
  'key.verifies': 'verifies until',
} as const
