/** What is said in English: the frame of the command line: help, options of every command, misuse. */
export const program = {
  'program.summary': 'Longshore: the whole of Azure Container Registry on your own machines.',
  'program.more': `Begin with:
  longshore serve                      start the registry; the first start prints its address and password
  longshore credential show            show the password again
  longshore config                     show every setting and where its value comes from

Data lies in one folder: --data-dir, or LONGSHORE_DATA_DIR, or longshore under XDG_DATA_HOME (~/.local/share).
Commands work on that folder whether its server runs or not.
Exit codes: 0 done · 1 not done, or something bad was found · 2 wrong command line or configuration.`,

  'size.point': '.',
  'size.byte': 'B',

  'usage.options': '[options]',
  'usage.command': '[command]',

  'heading.usage': 'Usage:',
  'heading.options': 'Options:',
  'heading.arguments': 'Arguments:',
  'heading.commands': 'Commands:',
  'heading.settings': 'Settings (environment variable, default):',

  'option.help': 'show this help',
  'option.version': 'show the version',
  'option.data-dir': 'the folder with the data of the registry (LONGSHORE_DATA_DIR)',
  'option.config': 'YAML file with settings (LONGSHORE_CONFIG; default: longshore.yaml in the data folder)',
  'option.output': 'how to print: table (default) for people, json for scripts',
  'option.registry': 'name of the registry (default: local)',

  'misuse.command': 'unknown command "{name}"',
  'misuse.option': 'unknown option {name}',
  'misuse.far': '; see --help',
  'misuse.near': '; did you mean {near}?',
  'misuse.argument': 'missing argument <{name}>; see --help',
  'misuse.value': 'option {name} needs a value',
  'misuse.mandatory': 'option {name} is needed',
  'misuse.excess': 'too many arguments; see --help',
  'misuse.invalid': '{name}: "{value}" is not allowed; expected {allowed}',

  'expected.folder': 'a folder of its own, as in /var/lib/longshore',
  'expected.flag': 'true or false',
  'expected.listener': 'host:port, as in 127.0.0.1:5000, or off',
  'expected.duration': 'a number with ms, s, m, h or d, as in 24h',
  'expected.size': 'a number of bytes, or one with KiB, MiB, GiB or TiB',
  'expected.count': 'a whole number from 1',
  'expected.digest': 'sha256: and 64 hex digits, or sha512: and 128, in lower case',
  'expected.choice': 'one of {choices}',
  'expected.host-name': 'a host name, *.domain, or an IP address, without a port',
  'expected.domain': 'a domain without a star, as in registry.example.org',
  'expected.server': 'host or host:port, as in the name of an image',
  'expected.network': 'an IP address or a network, as in 10.0.0.0/8',
  'expected.offload': 'off, or nginx:/PREFIX/ with letters, digits, - and _ between slashes, as in nginx:/longshore-objects/',
  'expected.store': 'sqlite, or postgres://user@host:port/database, several hosts with commas between',
  'expected.blobs': 'files, s3://BUCKET/PREFIX?region=…&endpoint=…, or azblob://ACCOUNT/CONTAINER/PREFIX?endpoint=…',
  'expected.blobs-bucket': "a bucket's name of 3 to 63 small letters, digits, - and .",
  'expected.blobs-prefix': 'a prefix of letters, digits, ., _ and - between slashes',
  'expected.blobs-credentials':
    'no credentials in the URL ({choices}): the environment (AWS_ACCESS_KEY_ID, AWS_PROFILE), a web identity or the instance gives them',
  'expected.blobs-parameter': 'these parameters, each in its form: {choices}',
  'expected.blobs-endpoint': 'http:// or https://host[:port] without a path as {choices}',
  'expected.blobs-encryption': 'sse=AES256, or sse=aws:kms or aws:kms:dsse with or without kmsKeyId',
  'expected.blobs-part-size': 'a partSize of whole MiB from 5MiB to 64MiB',
  'expected.downloads': 'served, signed, or signed:NAME,NAME with the names of registries',
  'expected.several': 'a whole number from 2',
  'expected.group': 'the name or the number of a group',
  'expected.origin': 'https://host[:port] without a path',
  'expected.bytes': 'none, or a number of bytes with B, KiB, MiB, GiB or TiB',

  'problem.unexpected': 'unexpected failure: {message} (LONGSHORE_LOG_LEVEL=debug shows where)',

  'expected.years': 'a whole number from 1 to 100',
  'expected.number': 'a whole number from {least} to {most}',
} as const
