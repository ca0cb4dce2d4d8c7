/** What is said in English: `serve`, `config`, `env`, `hosts`, `ca`. */
export const server = {
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

  'serve.doctor': 'Should something not work, or another registry not be found: "longshore doctor" says what mends it.',

  'env.unfound': '{names}: this machine does not find that name by itself; "longshore doctor" says what to do.',
} as const
