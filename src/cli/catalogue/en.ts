import { doctorEn } from './doctor-en.ts'
import { identityEn } from './identity-en.ts'
import { speedEn } from './speed-en.ts'

/** What the command line says, in English; `fr.ts` and `es.ts` have the same keys and the same blanks. */
export const en = {
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

  'serve.summary': 'Start the registry and serve until stopped.',
  'serve.more': `The first start makes the data folder, an admin user and a local certificate authority, and prints to standard
output what a person needs to log in and push. Later starts print one line. Log lines (JSON) go to standard error.
SIGTERM or Ctrl-C stops gracefully within --shutdown-grace; a second one stops at once.

A flag goes before its environment variable, that before the YAML file, that before the default.

Examples:
  longshore serve
  longshore serve --data-dir /srv/longshore --http 0.0.0.0:5000 --names registry.example.com
  longshore serve --https 0.0.0.0:443 --tls-cert server.pem --tls-key server.key
  longshore serve 2>longshore.log`,
  'serve.first': 'Longshore has made registry "{registry}" and is running.',
  'serve.addresses': 'Addresses',
  'serve.admin': 'For operators',
  'serve.user': 'User',
  'serve.password': 'Password',
  'serve.passwords': 'Passwords',
  'serve.owner': 'Owner (az login)',
  'serve.data': 'Data',
  'serve.ca': 'CA for HTTPS',
  'serve.try': 'Push an image:',
  'serve.tryAz': 'Or with az:',
  'serve.again':
    'The passwords are not printed again: "longshore credential show" tells that of the user, "longshore identity user reset-password owner" makes a new one for the owner.',
  'serve.kept':
    'The passwords are in that file alone (mode 0400): delete it when you have them. Later "longshore credential show" tells that of the user, "longshore identity user reset-password owner" makes a new one for the owner.',
  'serve.running': 'Longshore is running at {addresses} with the data in {dataDir}',

  'config.summary': 'Show every setting, its value and where the value comes from.',
  'config.more': `Takes the same flags as "serve" and starts nothing; a wrong value is told with its name (exit code 2).
Secrets are not shown.

Examples:
  longshore config
  longshore config --config longshore.yaml --output json`,
  'config.setting': 'setting',
  'config.value': 'value',
  'config.source': 'from',

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

  'ca.summary': 'The certificate of the local authority that signs for HTTPS.',
  'ca.more': `The authority is made at the first start and may sign only for the names of this server. Clients trust its certificate,
for Docker as /etc/docker/certs.d/<host>:<port>/ca.crt. A running server knows its names; to renew for a stopped one, give
the same --names as to "serve".

Examples:
  longshore ca --path
  curl --cacert "$(longshore ca --path)" https://localhost:5443/v2/
  longshore ca --renew`,
  'ca.path': "print only the path of the authority's certificate",
  'ca.renew': 'make another authority; clients must trust the new one',
  'ca.file': 'Certificate',
  'ca.subject': 'Subject',
  'ca.until': 'Good until',
  'ca.renewed': 'A new authority was made: clients that trusted the old one must trust this one now.',

  'env.summary': "Print what az and Azure's SDKs need in the environment to find this server and trust it.",
  'env.more': `Prints one line a variable, for the shell to run. After that the next "az login" works: the cloud is found by
ARM_CLOUD_METADATA_URL, and the certificate is trusted through a file in the data folder that has the system's roots too.
az gets a profile of its own there, unless AZURE_CONFIG_DIR is set already. A running server knows its addresses; for a
stopped one give the same settings as to "serve".

Examples:
  eval "$(longshore env)"
  longshore env --shell fish | source
  longshore env --shell powershell | Out-String | Invoke-Expression`,
  'env.shell': 'for which shell: sh (default; bash and zsh too), fish or powershell',
  'env.plain': 'warning: this server has no HTTPS address, and az takes no other: set --https, or --public-url of the proxy',
  'hosts.summary': 'Print the lines that a hosts file needs for the names of the registries.',
  'hosts.more': `Each registry is reached as <name>.<domain>, its data endpoint as <name>.<location>.data.<domain>. Where nothing answers for
that domain (not every resolver knows names below localhost), the hosts file must name each of them; run this again after a
registry was made or deleted, or was given a data endpoint.

Examples:
  longshore hosts
  longshore hosts --write
  longshore hosts --write ./hosts`,
  'hosts.write': "keep the lines in this file, between two marks (default: the system's hosts file); the rest stays as it is",
  'hosts.written': '{path} is up to date now.',
  'hosts.current': '{path} was up to date.',

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

  ...identityEn,
  ...doctorEn,
  ...speedEn,

  'usage.summary': 'How much is stored.',
  'usage.more': `"Used" is what manifests name, each digest once. "Unreferenced" is what no manifest names yet, or any more; it is
collected when its lease is over. "Reserved" is what uploads under way hold a place for. "Given up" is on the disk until its
delay is over. The limit counts used and reserved; the others have as much again.

Examples:
  longshore usage
  longshore usage --output json`,
  'usage.registry': 'Registry',
  'usage.used': 'Used',
  'usage.unreferenced': 'Unreferenced',
  'usage.reserved': 'Reserved',
  'usage.condemned': 'Given up',
  'usage.limit': 'Limit',
  'usage.none': 'none',
  'usage.free': 'Free on disk',
  'count.repositories': 'Repositories',
  'count.manifests': 'Manifests',
  'count.tags': 'Tags',
  'count.blobs': 'Blobs',
  'count.uploads': 'Open uploads',

  'gc.summary': 'Collect what nothing holds any more, now; or tell what holds a digest.',
  'gc.more': `The server collects by itself (--gc-interval); this is a pass at once, with the same safe delays: what was pushed or
answered lately has a lease (--gc-lease), and bytes are deleted only some time after nothing holds them (--gc-delay).

Examples:
  longshore gc
  longshore gc --explain sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08`,
  'gc.explain': 'tell what holds this digest and until when; collects nothing',
  'gc.reviewed': 'Looked at',
  'gc.condemned': 'No longer held',
  'gc.deleted': 'Deleted from disk',
  'gc.uploads': 'Expired uploads',
  'explain.unknown': 'Registry {registry} knows nothing of {digest}.',
  'explain.held': '{digest} is held and will not be collected.',
  'explain.free': 'Nothing holds {digest} any more; it will be collected.',
  'explain.absent': 'Registry {registry} does not have {digest}; a manifest names it.',
  'explain.tagged': 'It is a manifest of {repository}, with the tags {tags}.',
  'explain.untagged': 'It is a manifest of {repository}, without a tag.',
  'explain.named': 'Manifest {manifest} of {repository} names it.',
  'explain.lease': '{repository} may read it; its lease runs until {leaseUntil}.',
  'explain.lease-over': '{repository} may read it; its lease ended at {leaseUntil}.',
  'explain.review': 'Collection looks at the link of {repository} again after {reviewAfter}.',
  'explain.object': 'Its bytes are object {objectId} ({bytes}), state {state}.',
  'explain.condemned': 'Object {objectId} ({bytes}) was condemned at {condemnedAt}; its bytes are deleted after {deletedAfter}.',

  'scrub.summary': 'Read all stored bytes again, compare them with their digests, and have the database check itself.',
  'scrub.more': `What is damaged is no longer served; the next push of the same digest heals it. Files that belong to nothing are
listed and left alone. A damaged database is to be replaced by a backup. Reads everything, beside the running server. Exit
code 1 when something bad was found.

Examples:
  longshore scrub
  longshore scrub --output json`,
  'scrub.objects': 'Objects read',
  'scrub.manifests': 'Manifests read',
  'scrub.bytes': 'Bytes read',
  'scrub.bad': 'Bad',
  'scrub.missing': 'missing',
  'scrub.corrupt': 'damaged',
  'scrub.database': 'Database',
  'scrub.sound': 'sound',
  'scrub.strangers': 'Files of nobody',

  'backup.summary': 'Copy the whole registry into a new folder while it is used.',
  'backup.more': `The folder must be empty or absent; it appears under its name only when it is whole. Objects are hard links where the
folder lies on the same file system (fast, no space; copy the folder to another disk then), copies elsewhere. The
running server writes it, so it must be allowed to. The folder has the key to the passwords: keep it as safe as the data.
Exit code 1 when bytes of some digest were missing or damaged.

Examples:
  longshore backup /backups/monday
  longshore backup /backups/monday --output json`,
  'backup.folder': 'where to; empty or absent',
  'backup.path': 'Backup',
  'backup.objects': 'Objects',
  'backup.how': 'linked {linked}, copied {copied}',
  'backup.bytes': 'Bytes',
  'backup.missing': 'Missing',
  'backup.damaged': 'Damaged',

  'restore.summary': 'Fill an empty data folder from a backup.',
  'restore.more': `The server must not run. Everything in the backup is looked at before the first byte is written.

Examples:
  longshore restore /backups/monday --data-dir /srv/longshore
  longshore restore /backups/monday --verify`,
  'restore.folder': 'a folder that "longshore backup" made',
  'restore.verify': 'read every object and manifest and compare it with its digest first, not its length alone',
  'restore.into': 'Data',
  'restore.made': 'State of',

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

  'setting.http': 'where to serve HTTP: host:port, or off',
  'setting.https': 'where to serve HTTPS: host:port, or off',
  'setting.admin': 'where to serve health and figures: host:port, or off',
  'setting.publicUrl': 'the address that clients use, when a proxy stands before: https://host[:port]',
  'setting.domain': 'the domain of the registries: each is reached as <name>.<domain>',
  'setting.names': 'more host names that the server answers to, with commas between; *.domain for all below it',
  'setting.trustedProxies': 'addresses or networks whose X-Forwarded headers are believed, with commas between',
  'setting.corsOrigins':
    'origins whose pages may call the registries from a browser, with commas between, as in https://portal.example.org',
  'setting.passwordFile':
    'file for the passwords that the first start makes (mode 0400), - for standard output; by default they are shown on a terminal, else kept in first-passwords of the data folder',
  'setting.tlsCert': 'PEM file with your own certificate and its chain; read again when it changes',
  'setting.tlsKey': 'PEM file with its private key',
  'setting.sparse': 'may manifests name what is not there: off, index (children of an index) or all',
  'setting.storageLimit': 'most bytes of the registry that the first start makes; later "registry update --storage-limit"',
  'setting.largestBlob': 'largest single blob',
  'setting.smallBlob': 'up to this size a blob lies in the database; 0 for never',
  'setting.blobRedirect': 'what a data endpoint does with an Authorization header: lenient ignores it, strict refuses as Azure does',
  'setting.diskFloor': 'take no uploads while less than this is free on the disk',
  'setting.gcInterval': 'time between two passes of collection',
  'setting.gcLease': 'how long what was pushed or answered is held without a manifest that names it',
  'setting.gcDelay': 'time between the end of the last hold and the deletion of bytes',
  'setting.uploadLife': 'how long an upload may rest before it is given up',
  'setting.maxRequests': 'requests worked on at once; others wait in line',
  'setting.maxRequestsPerAddress': 'of these, at most so many from one address',
  'setting.maxTransfers': 'bodies coming in and answers going out at once, of callers who signed in',
  'setting.maxTransfersPerAddress': 'of these, at most so many from one address',
  'setting.maxUnauthenticated': 'the same, of callers who did not sign in',
  'setting.maxConnections': 'open connections; fewer where the system allows fewer open files',
  'setting.maxConnectionsPerAddress': 'of these, at most so many from one address; a trusted proxy has no such limit',
  'setting.maxOpenUploads': 'uploads whose file is held open; those that rest are closed and opened again',
  'setting.maxUploads': 'unfinished uploads of one caller in a registry; beyond them the one that has rested longest ends',
  'setting.maxWait': 'how long a request waits in line before it is told to come again',
  'setting.slowClient': 'a client must send or take 1 KiB a second over this time',
  'setting.hsts':
    'what a browser is told with a certificate of your own: host (HTTPS only, for this host), subdomains (and all below it), or off',
  'setting.passwordThreads': 'threads that check passwords, 1 to 4; pulls and pushes do not wait for them',
  'setting.shutdownGrace': 'how long requests may go on after a signal to stop',
  'setting.logLevel': 'silent, error, info or debug',

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
  'expected.choice': 'one of {choices}',
  'expected.host-name': 'a host name, *.domain, or an IP address, without a port',
  'expected.domain': 'a domain without a star, as in registry.example.org',
  'expected.network': 'an IP address or a network, as in 10.0.0.0/8',
  'expected.origin': 'https://host[:port] without a path',
  'expected.bytes': 'none, or a number of bytes with B, KiB, MiB, GiB or TiB',

  'problem.unexpected': 'unexpected failure: {message} (LONGSHORE_LOG_LEVEL=debug shows where)',

  'refusal.no-registry': 'there is no registry in {dataDir}: start it once with "longshore serve", or name its folder with --data-dir',
  'refusal.registry-unknown': 'there is no registry "{name}"; known are: {known}',
  'refusal.directory-owned': '{dataDir} is in use by process {pid}: stop it, or choose another folder with --data-dir',
  'refusal.database-missing':
    '{path} is missing or empty, beside data that belong to it: nothing was started, so that nothing is lost. Put the file back (a backup has it as longshore.db: "longshore restore" into an empty folder), or name another folder with --data-dir to begin anew',
  'refusal.key-missing':
    '{path} is missing: without this key nobody can read the passwords and signing keys of {dataDir}. Put it back (a backup has it as keys/secret.key, mode 0400), or restore a whole backup into an empty folder',
  'refusal.key-foreign':
    '{path} is not the key of this database: passwords and signing keys were written with another one. Put that one back (a backup has it as keys/secret.key), or restore a whole backup into an empty folder',
  'refusal.objects-missing':
    '{path} has no objects, although the database names some: is its disk not mounted? Bring the folder back, or restore a backup into an empty folder',
  'refusal.owner-silent': 'process {pid} has {dataDir} and does not answer: it is starting or stopping, try again',
  'refusal.owner-gone': 'the server ended before it answered: try again',
  'refusal.socket-path-too-long': '{path} is too long for a socket ({longest} bytes at most): use a shorter data folder',
  'refusal.server-must-stop': '{path} is in use by process {pid}: stop the server first',
  'refusal.address-in-use': '{setting}: {address} is in use by another program; choose another with {flag} or {variable}',
  'refusal.address-not-permitted':
    '{setting}: this user may not listen at {address} (ports below 1024 need a permission); choose another with {flag} or {variable}',
  'refusal.few-open-files':
    'the system allows this process {allowed} open files and the server needs {needed} at least: raise "ulimit -n" (LimitNOFILE of a service)',
  'refusal.address-not-here': '{setting}: {address} is no address of this machine; choose another with {flag} or {variable}',
  'refusal.password-file':
    'passwordFile: {path} cannot be written ({code}): choose another with --password-file or LONGSHORE_PASSWORD_FILE; the next start tells the passwords',
  'refusal.password-file-there':
    'passwordFile: {path} is there already and is not ours: choose another with --password-file or LONGSHORE_PASSWORD_FILE; the next start tells the passwords',
  'refusal.setting-near': '{name}: unknown setting; did you mean {near}?',
  'refusal.setting-unknown': '{name}: unknown setting; known are {known}',
  'refusal.setting-value': '{name}: expected {allowed}; got "{got}"',
  'refusal.settings-file': '{path}: {message}',
  'refusal.settings-form': '{path}: expected keys with values',
  'refusal.settings-item': '{path}: {key}: expected a text, a number or a list of texts',
  'refusal.host-below-domain':
    '{name}: {host} lies below {domain} ({variable}), where each name is that of a registry; the control plane needs a host that does not: {domain} itself, or one outside of it',
  'refusal.tls-half':
    '{setting} is not set: a certificate of your own needs both tlsCert (its PEM file) and tlsKey (the PEM file of its private key)',
  'refusal.tls-unreadable': '{setting}: {path} cannot be read ({code}): name a PEM file that this user may read',
  'refusal.tls-not-pem': '{setting}: {path} is no PEM file that can be used: expected -----BEGIN {kind}-----, without a passphrase',
  'refusal.tls-mismatch':
    'tlsKey: {key} is not the key of the certificate in {cert} (tlsCert): name the two that belong together, the server’s own certificate first in its file',
  'refusal.permission': '{path}: permission denied ({code}): run as the user that it belongs to, or let this user read and write it',
  'refusal.read-only':
    '{path} cannot be made or written ({code}): its file system is read-only; name a data folder that can be written with --data-dir or LONGSHORE_DATA_DIR',
  'refusal.wrong-kind':
    '{path} is not what it must be ({code}): a folder where one is named, a file where one is; name another, with --data-dir or LONGSHORE_DATA_DIR for the data folder',
  'refusal.settings-unreadable':
    '{path}: the settings cannot be read there ({code}): name a YAML file that this user may read with --config or LONGSHORE_CONFIG',
  'refusal.principal-there':
    'there is a service principal "{name}" already (application {appId}): "longshore identity sp reset-credential {appId}" gives it a new credential, --yes makes another one of that name',
  'refusal.disk-full': '{path}: the disk is full',
  'refusal.database-damaged':
    'the database {path} is damaged ({found}): nothing is served from it; move the data folder aside and fill a new one from your last backup with "longshore restore"',
  'refusal.collection-rests':
    'collection rests for one lease, because the database could not be written or the clock was set; it goes on by itself',
  'refusal.collection-paused': 'collection is paused while a backup is written: try again afterwards',
  'refusal.backup-target-not-empty': '{path} is not empty: name a folder that is empty or absent',
  'refusal.backup-unreadable': '{path} is no backup that this program can read',
  'refusal.backup-newer': '{path} was made by a newer Longshore: its {what} version is {found}, this program reads up to {newest}',
  'refusal.backup-damaged':
    'the backup is damaged: {bad} of its parts are missing or wrong, the first is {example}; nothing was restored, take an older backup',
  'refusal.restore-target-not-empty': '{path} is not empty: restore into a data folder that is empty or absent',
  'refusal.restore-unfinished': 'a restore into {dataDir} did not come to its end: run "longshore restore" again',
  'refusal.no-local-authority': 'there is no local authority: HTTPS is off or uses a certificate of your own',
  'refusal.last-owner':
    'nobody would be left who owns everything: give the role to somebody else first, with "longshore identity role assign --assignee NAME --role Owner --scope /"',
  'refusal.interrupted': 'interrupted; nothing was left half done',
} as const

/** Every language has the same sentences. */
export type Catalogue = { readonly [Name in keyof typeof en]: string }
