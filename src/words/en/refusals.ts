/** What is said in English: why something was not done. */
export const refusals = {
  'refusal.no-registry': 'there is no registry in {dataDir}: start it once with "longshore serve", or name its folder with --data-dir',
  'refusal.registry-unknown': 'there is no registry "{name}"; known are: {known}',
  'refusal.directory-owned': '{dataDir} is in use by process {pid}: stop it, or choose another folder with --data-dir',
  'refusal.database-missing':
    '{path} is missing or empty, beside data that belong to it: nothing was started, so that nothing is lost. Put the file back (a backup has it as longshore.db: "longshore restore" into an empty folder), or name another folder with --data-dir to begin anew',
  'refusal.key-missing':
    '{path} is missing: without this key nobody can read the passwords and signing keys of {dataDir}. Put it back (a backup has it as keys/secret.key, mode 0400), or restore a whole backup into an empty folder',
  'refusal.key-missing-shared':
    '{path} is missing: passwords and signing keys in {database} are sealed with the key of the server that began there. Give this server a copy of it (keys/secret.key of that data folder, or the file of its LONGSHORE_SECRET_KEY_FILE), and name it with LONGSHORE_SECRET_KEY_FILE',
  'refusal.key-foreign':
    '{path} is not the key of this database: passwords and signing keys were written with another one. Put that one back (a backup has it as keys/secret.key), or restore a whole backup into an empty folder',
  'refusal.key-foreign-shared':
    '{path} is not the key of {database}: passwords and signing keys there are sealed with that of the server that began it. Give this server a copy of it (keys/secret.key of that data folder, or the file of its LONGSHORE_SECRET_KEY_FILE), and name it with LONGSHORE_SECRET_KEY_FILE',
  'refusal.blobs-unreachable': 'the object store {place} cannot be used: {message}',
  'refusal.blobs-unfit': 'the object store {place} does not do what objects need ({what}): another one is needed',
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
  'refusal.downloads-with-sas': '{name}: a shared access signature signs no links: give the key of the storage account, or an identity',
  'refusal.downloads-without-bucket': '{name}: the blobs lie in the data folder, which signs no links: name a bucket in {variable}',
  'refusal.offload-without-proxy': '{name}: no proxy is trusted, so nginx would send nothing: name its address in {variable}',
  'refusal.offload-beside-bucket':
    '{name}: the blobs lie in a bucket ({variable}), where nginx finds no files: leave it out; links to the bucket are {instead}=signed',
  'refusal.offload-group-alone': '{name}: no nginx sends files, so no group needs to read them: set {variable} as well, or leave both out',
  'refusal.group-unknown': '{name}: this machine has no group "{group}": name one of /etc/group, or its number',
  'refusal.group-not-ours':
    '{name}: this user may not give {path} to the group "{group}" ({code}): make the user a member of the group and start again, or start as the owner of the folder',
  'refusal.tls-half':
    '{setting} is not set: a certificate of your own needs both tlsCert (its PEM file) and tlsKey (the PEM file of its private key)',
  'refusal.tls-unreadable': '{setting}: {path} cannot be read ({code}): name a PEM file that this user may read',
  'refusal.tls-not-pem': '{setting}: {path} is no PEM file that can be used: expected -----BEGIN {kind}-----, without a passphrase',
  'refusal.tls-mismatch':
    'tlsKey: {key} is not the key of the certificate in {cert} (tlsCert): name the two that belong together, the server’s own certificate first in its file',
  'refusal.permission': '{path}: permission denied ({code}): run as the user that it belongs to, or let this user read and write it',
  'refusal.path-gone':
    '{path} is not there ({code}): was the data folder moved or deleted while a server ran on it? Stop the server, put the folder back, and start it again',
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
  'refusal.database-away':
    'the database does not answer: {found}. Look at its URL (LONGSHORE_STORE, --to-store), at its password and at the network between, then try again',
  'refusal.database-password':
    'the database asks for a password and has been given none: name a file that has it, by LONGSHORE_STORE_PASSWORD_FILE or, for the place that the registry moves to, --to-store-password-file; then try again',
  'refusal.database-permission':
    'the user of the database may not do there what a server has to do: {found}. It has to own the database, and the tables if there are any: ALTER DATABASE … OWNER TO …',
  'refusal.database-encoding':
    "the database keeps its texts in {encoding}, where not every name has a place: give the server one that was made with ENCODING 'UTF8' TEMPLATE template0",
  'refusal.clock-off':
    'the clocks of this machine and of the database differ by {seconds} s, and {allowed} s are allowed: set the wrong one right (NTP does), then try again',
  'refusal.collection-rests':
    'collection rests for one lease, because the database could not be written or the clock was set; it goes on by itself',
  'refusal.collection-paused': 'collection is paused while a backup is written: try again afterwards',
  'refusal.backup-target-not-empty': '{path} is not empty: name a folder that is empty or absent',
  'refusal.backup-unreadable': '{path} is no backup that this program can read',
  'refusal.backup-newer': '{path} was made by a newer Longshore: its {what} version is {found}, this program reads up to {newest}',
  'refusal.backup-elsewhere':
    'the facts are in {database}, whose own tools copy them (pg_dump, or a base backup with its log): this command copies what lies in a data folder',
  'refusal.backup-damaged':
    'the backup is damaged: {bad, plural, one {# of its parts is missing or wrong} other {# of its parts are missing or wrong}}, the first is {example}; nothing was restored, take an older backup',
  'refusal.restore-target-not-empty': '{path} is not empty: restore into a data folder that is empty or absent',
  'refusal.restore-unfinished': 'a restore into {dataDir} did not come to its end: run "longshore restore" again',
  'refusal.move-nothing': 'nothing was named to move to: --to-store postgres://…, a folder or sqlite, --to-blobs s3://…, files, or both',
  'refusal.move-same': 'the registry lies in {place} already, and its blobs where --to-blobs says: name another place',
  'refusal.move-running': 'somebody moves {store} at this moment: let that one come to its end, or end it',
  'refusal.move-pooler':
    '{store} is a pooler, which lends connections, and what keeps two moves apart is a connection’s: name the database itself, with LONGSHORE_STORE or --to-store, for this command',
  'refusal.move-other':
    'a move from {from} to {to} was begun before: give the same command to go on with it, or "longshore migrate --undo" to give it up',
  'refusal.move-none': '{store} was not left, and no move from it is under way: there is nothing to undo',
  'refusal.move-target-not-empty': '{path} has a registry of its own, or what a given-up move left there: name a place that is empty',
  'refusal.move-schema':
    'the version of the tables is {from} at the old place and {to} at the new one: start a server of this version at the old place first',
  'refusal.move-files-stay':
    'a server of {folder} looks for the blobs in that folder: name "--to-blobs files" as well, or "--to-store sqlite" for the data folder that has them',
  'refusal.move-key-other': '{path} is another key than {key}: name a folder without a key, or one with a copy of that one',
  'refusal.move-damaged':
    '{bad, plural, one {# blob is damaged or missing} other {# blobs are damaged or missing}} at the old place, the first is {example}: "longshore scrub" marks them, then the same command goes on without them; nothing is lost',
  'refusal.move-nul':
    'the table {table} has a text with the character U+0000 in {column} ({text}), which PostgreSQL does not keep: change or delete what has it, then give the same command again',
  'refusal.move-differs':
    '{what} is not the same at {from} and {to}: nothing was switched, and the registry goes on where it is. Look at the new place, empty it, and give the same command again',
  'refusal.move-database':
    '{name} did not do what was asked ({found}): nothing is lost and nothing was switched; when it does, the same command goes on',
  'refusal.move-interrupted':
    'interrupted: what is copied stays, nothing was switched, and the same command goes on. "longshore migrate --undo" gives the move up',
  'refusal.move-unfinished':
    'a move to {store} did not come to its end: give the same "longshore migrate" again at the place that it comes from',
  'refusal.moved-away':
    'the registry has moved from {store} to {to}: start the server with that place. To go back to what was here at that moment, without what was written there since: "longshore migrate --undo"',
  'refusal.no-local-authority': 'there is no local authority: HTTPS is off or uses a certificate of your own',
  'refusal.last-owner':
    'nobody would be left who owns everything: give the role to somebody else first, with "longshore identity role assign --assignee NAME --role Owner --scope /"',
  'refusal.admin-off':
    'the admin user of registry {registry} is off: switch it on with "longshore registry update --registry {registry} --admin-enabled true"',
  'refusal.name-of-several': '"{name}" is the name of several: name one by its id ({ids})',
  'refusal.principal-unknown': '"{name}" does not exist in the directory',
  'refusal.role-unknown': 'the role "{role}" does not exist at that scope',
  'refusal.role-not-held': '{name} has no role {role} at {scope}',
  'refusal.scope-without-role': 'a scope needs a role: give both --role and --scope, or neither',
  'refusal.no-subscription': 'there is no subscription: name the scope with --scope',
  'refusal.interrupted': 'interrupted; nothing was left half done',
  'refusal.job-not-waiting': 'no job {id} waits: it runs, or it is done; see "longshore jobs"',
  'refusal.hosts-not-permitted': '{path} may not be written by this user ({code}). This works: "longshore hosts | sudo tee -a {path}"',
  'refusal.kubectl-missing':
    'kubectl is not on the path: install it, or print the Secret (without --apply) and put it into the cluster from elsewhere',
  'refusal.kubectl-failed': '{deed}: {message}',
  'refusal.pull-login-several': 'one pulls: name a token (--token, --scope-map), a service principal (--service-principal) or --admin',
  'refusal.pull-password-there':
    '{name} has a password for this already, which nobody can tell again: --rotate makes another one, and the one before stays good until the next time',
  'refusal.pull-token-other':
    'the token {name} has the scope map {has}, not {scopeMap}: name another token with --token, or leave --scope-map out',
  'refusal.pull-secret-foreign':
    'the Secret {name} in namespace {namespace} is not one of ours: name another with --name, or delete it first',
  'refusal.pull-password-given':
    '--password-stdin is the secret of the service principal in --service-principal; it, and the password of the admin user ("longshore credential renew"), are not made here, so --rotate does not go with them',
  'refusal.registry-unreachable': '{address} cannot be reached ({reason}): "longshore doctor" looks for the cause.',
  'refusal.registry-refuses': "{address} answers {status} to {deed}: the login, its rights or the repository's name are not what it wants.",
  'refusal.registry-not-ready':
    '{address} answers {status} to {deed}: it is busy, full or not well. Try again later, or ask whoever runs it.',
} as const
