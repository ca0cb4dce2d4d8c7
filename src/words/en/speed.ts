/** What is said in English: `longshore speed`. */
export const speed = {
  'speed.summary': 'Measure latency and rates from here to a registry.',
  'speed.more': `Pushes random bytes as layers that no manifest names, over several connections, pulls them, compares them and deletes them.
It ends when the bytes or the seconds are used up. Without an address it is the registry of the data folder, as its admin
user; with one it may be any registry, Azure's too, with --user or as docker is logged in there.

Rates are of bytes as the registry acknowledges them (1 MiB is 1,048,576 bytes; 1 Mbit is 1,000,000 bits).

Examples:
  longshore speed
  longshore speed --size 1GiB --connections 8
  longshore speed myregistry.azurecr.io --repository speed
  longshore speed https://registry.example.org --user ci --password-stdin`,
  'speed.address': 'a registry somewhere else: https://host[:port] or host[:port]',
  'speed.user': 'log in with this name; the password stands on standard input',
  'speed.password-stdin': 'read the password from standard input',
  'speed.ca': 'file with the authority that signed for that registry, when the system does not trust it',
  'speed.repository': 'where the bytes are pushed to (default: longshore-speed)',
  'speed.size': 'how much to send and to fetch (default: 64MiB; 10GiB at most)',
  'speed.seconds': 'the longest that each direction may take (default: 10)',
  'speed.connections': 'how many at once (default: 4)',
  'speed.registry': 'Registry',
  'speed.connections.row': 'Connections',
  'speed.latency': 'Latency',
  'speed.upload': 'Upload',
  'speed.download': 'Download',
  'speed.milliseconds': '{median} ms, the median of {requests, plural, one {# request} other {# requests}} ({fastest} to {slowest} ms)',
  'speed.rate': '{rate} ({bits}): {bytes} in {seconds} s',
  'speed.left':
    '{count, plural, one {# layer} other {# layers}} could not be deleted from {repository}. {count, plural, one {Nothing names it, and the collection of the registry takes it.} other {Nothing names them, and the collection of the registry takes them.}}',
} as const
