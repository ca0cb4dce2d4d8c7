/** What is said in English: `longshore identity`. */
export const identity = {
  'identity.summary': 'Who there is in the directory, and what each may do.',
  'identity.more': `These commands need no right but access to the data folder. A user without "@" is one of the directory's own domain.

Examples:
  longshore identity sp create --name ci --role AcrPush --output json
  longshore identity user create alice
  longshore identity role assign --assignee alice --role Reader`,
  'identity.name': 'Name',
  'identity.display-name': 'Display name',
  'identity.id': 'Object id',
  'identity.app-id': 'Application id',
  'identity.enabled': 'Enabled',
  'identity.until': 'Credentials until',
  'identity.members': 'Members',
  'identity.type': 'Type',
  'identity.role': 'Role',
  'identity.scope': 'Scope',
  'identity.sp.summary': 'Service principals: what programs sign in as.',
  'identity.sp.more': `Examples:
  longshore identity sp list
  longshore identity sp reset-credential ci --years 2`,
  'identity.sp.which': 'application id, object id, or a name that only one has',
  'identity.sp.years': 'how long the credential is good: 1 to 100 years (default: 1)',
  'identity.sp.cert': 'PEM file with a certificate: sign in with its key instead of a secret',
  'identity.sp.create-cert': 'make a key and a certificate in this new file, instead of a secret',
  'identity.sp.append': 'keep the credentials that there are',
  'identity.sp.create.summary': 'Make an application, its service principal and a credential, and give it a role.',
  'identity.sp.create.more': `All of it is made, or nothing. The JSON is that of "az ad sp create-for-rbac". The secret is told this once.

Examples:
  longshore identity sp create --name admin --role Owner --scope / --output json
  longshore identity sp create --name ci --role AcrPush --create-cert ci.pem`,
  'identity.sp.create.yes': 'make another one although one has the name',
  'identity.sp.create.ask': 'There is a service principal "{name}" already (application {appId}). Make another one of that name? (yes/no)',
  'identity.sp.create.name': 'what people call it',
  'identity.sp.list.summary': 'List the service principals.',
  'identity.sp.list.more': `Examples:
  longshore identity sp list --output json`,
  'identity.sp.show.summary': 'Show a service principal and when its credentials end.',
  'identity.sp.show.more': `Examples:
  longshore identity sp show ci`,
  'identity.sp.delete.summary': 'Delete a service principal and its application.',
  'identity.sp.delete.more': `Examples:
  longshore identity sp delete ci`,
  'identity.sp.reset.summary': 'Give a service principal a new credential; those before end at once.',
  'identity.sp.reset.more': `Examples:
  longshore identity sp reset-credential ci --output json
  longshore identity sp reset-credential ci --append --years 2`,
  'identity.user.summary': 'Users: what people sign in as.',
  'identity.user.more': `Examples:
  longshore identity user create alice
  longshore identity user reset-password alice --output json`,
  'identity.user.which': 'principal name, with or without the domain, or object id',
  'identity.user.password-stdin': 'read the password from standard input instead of making one',
  'identity.user.create.summary': 'Make a user; the password is told this once.',
  'identity.user.create.more': `Examples:
  longshore identity user create alice --output json
  longshore identity user create alice --password-stdin < password.txt`,
  'identity.user.create.name': 'principal name; without "@" it gets the domain of the directory',
  'identity.user.create.display-name': 'what people call the user (default: the name before the "@")',
  'identity.user.reset.summary': 'Give a user a new password, and end the sign-ins that there are.',
  'identity.user.reset.more': `Examples:
  longshore identity user reset-password owner --output json`,
  'identity.user.list.summary': 'List the users.',
  'identity.user.list.more': `Examples:
  longshore identity user list`,
  'identity.user.show.summary': 'Show a user.',
  'identity.user.show.more': `Examples:
  longshore identity user show alice --output json`,
  'identity.user.enable.summary': 'Let a user sign in again.',
  'identity.user.enable.more': `Examples:
  longshore identity user enable alice`,
  'identity.user.disable.summary': 'Shut a user out at once; nothing is deleted.',
  'identity.user.disable.more': `Examples:
  longshore identity user disable alice`,
  'identity.user.delete.summary': 'Delete a user.',
  'identity.user.delete.more': `Examples:
  longshore identity user delete alice`,
  'identity.group.summary': 'Groups: what is given to one holds for its members.',
  'identity.group.more': `Examples:
  longshore identity group create developers
  longshore identity group add-member developers alice`,
  'identity.group.which': 'name, or object id',
  'identity.group.member': 'user, service principal or group: name or id',
  'identity.group.create.summary': 'Make a group.',
  'identity.group.create.more': `Examples:
  longshore identity group create developers`,
  'identity.group.list.summary': 'List the groups.',
  'identity.group.list.more': `Examples:
  longshore identity group list`,
  'identity.group.show.summary': 'Show a group and its members.',
  'identity.group.show.more': `Examples:
  longshore identity group show developers --output json`,
  'identity.group.delete.summary': 'Delete a group; its members stay.',
  'identity.group.delete.more': `Examples:
  longshore identity group delete developers`,
  'identity.group.add-member.summary': 'Put somebody into a group.',
  'identity.group.add-member.more': `Examples:
  longshore identity group add-member developers alice`,
  'identity.group.remove-member.summary': 'Take somebody out of a group.',
  'identity.group.remove-member.more': `Examples:
  longshore identity group remove-member developers alice`,
  'identity.role.summary': 'Roles: who may do what, and where.',
  'identity.role.more': `Examples:
  longshore identity role list
  longshore identity role assign --assignee alice --role AcrPull`,
  'identity.role.assignee': 'user, service principal or group: name or id',
  'identity.role.which': 'the role, by name or id: Owner, AcrPull, …',
  'identity.role.at': 'where: /, or the id of a subscription, a group or a registry (default: the first subscription)',
  'identity.role.only-at': 'only what was given at exactly this scope',
  'identity.role.assign.summary': 'Give a role; it holds from the next request on.',
  'identity.role.assign.more': `Examples:
  longshore identity role assign --assignee alice --role AcrPull
  longshore identity role assign --assignee developers --role Reader --scope /`,
  'identity.role.list.summary': 'List who has which role where.',
  'identity.role.list.more': `Examples:
  longshore identity role list --assignee alice`,
  'identity.role.remove.summary': 'Take a role away; it is gone at the next request.',
  'identity.role.remove.more': `Examples:
  longshore identity role remove --assignee alice --role AcrPull`,
} as const
