import type { identity as english } from '../en/identity.ts'
import type { Translation } from '../messages.ts'

export const identity: Translation<typeof english> = {
  'identity.summary': 'Qui est dans l’annuaire, et ce que chacun peut faire.',
  'identity.more': `Ces commandes ne demandent aucun droit, sauf l’accès au dossier des données. Un utilisateur sans « @ » est du domaine de
l’annuaire.

Exemples :
  longshore identity sp create --name ci --role AcrPush --output json
  longshore identity user create alice
  longshore identity role assign --assignee alice --role Reader`,
  'identity.name': 'Nom',
  'identity.display-name': 'Nom affiché',
  'identity.id': 'Id d’objet',
  'identity.app-id': 'Id d’application',
  'identity.enabled': 'Actif',
  'identity.until': 'Identifiants jusqu’au',
  'identity.members': 'Membres',
  'identity.type': 'Type',
  'identity.role': 'Rôle',
  'identity.scope': 'Étendue',
  'identity.sp.summary': 'Les principaux de service : sous quoi les programmes se connectent.',
  'identity.sp.more': `Exemples :
  longshore identity sp list
  longshore identity sp reset-credential ci --years 2`,
  'identity.sp.which': 'id d’application, id d’objet, ou un nom qu’un seul porte',
  'identity.sp.years': 'durée de l’identifiant : de 1 à 100 ans (par défaut : 1)',
  'identity.sp.cert': 'fichier PEM avec un certificat : se connecter avec sa clé au lieu d’un secret',
  'identity.sp.create-cert': 'crée une clé et un certificat dans ce nouveau fichier, au lieu d’un secret',
  'identity.sp.append': 'garde les identifiants existants',
  'identity.sp.create.summary': 'Crée une application, son principal de service et un identifiant, et lui donne un rôle.',
  'identity.sp.create.more': `Tout est créé, ou rien. Le JSON est celui de « az ad sp create-for-rbac ». Le secret n’est dit que cette fois.

Exemples :
  longshore identity sp create --name admin --role Owner --scope / --output json
  longshore identity sp create --name ci --role AcrPush --create-cert ci.pem`,
  'identity.sp.create.yes': 'en créer un autre, même si le nom est déjà pris',
  'identity.sp.create.ask':
    'Il y a déjà un principal de service « {name} » (application {appId}). En créer un autre du même nom ? (oui/non)',
  'identity.sp.create.name': 'comment on l’appelle',
  'identity.sp.list.summary': 'Liste les principaux de service.',
  'identity.sp.list.more': `Exemples :
  longshore identity sp list --output json`,
  'identity.sp.show.summary': 'Affiche un principal de service et la fin de ses identifiants.',
  'identity.sp.show.more': `Exemples :
  longshore identity sp show ci`,
  'identity.sp.delete.summary': 'Supprime un principal de service et son application.',
  'identity.sp.delete.more': `Exemples :
  longshore identity sp delete ci`,
  'identity.sp.reset.summary': 'Donne un nouvel identifiant à un principal de service ; les précédents prennent fin aussitôt.',
  'identity.sp.reset.more': `Exemples :
  longshore identity sp reset-credential ci --output json
  longshore identity sp reset-credential ci --append --years 2`,
  'identity.user.summary': 'Les utilisateurs : sous quoi les personnes se connectent.',
  'identity.user.more': `Exemples :
  longshore identity user create alice
  longshore identity user reset-password alice --output json`,
  'identity.user.which': 'nom principal, avec ou sans le domaine, ou id d’objet',
  'identity.user.password-stdin': 'lit le mot de passe sur l’entrée standard au lieu d’en créer un',
  'identity.user.create.summary': 'Crée un utilisateur ; le mot de passe n’est dit que cette fois.',
  'identity.user.create.more': `Exemples :
  longshore identity user create alice --output json
  longshore identity user create alice --password-stdin < password.txt`,
  'identity.user.create.name': 'nom principal ; sans « @ », il reçoit le domaine de l’annuaire',
  'identity.user.create.display-name': 'comment on appelle l’utilisateur (par défaut : le nom avant « @ »)',
  'identity.user.reset.summary': 'Donne un nouveau mot de passe à un utilisateur, et met fin à ses connexions.',
  'identity.user.reset.more': `Exemples :
  longshore identity user reset-password owner --output json`,
  'identity.user.list.summary': 'Liste les utilisateurs.',
  'identity.user.list.more': `Exemples :
  longshore identity user list`,
  'identity.user.show.summary': 'Affiche un utilisateur.',
  'identity.user.show.more': `Exemples :
  longshore identity user show alice --output json`,
  'identity.user.enable.summary': 'Permet à un utilisateur de se connecter de nouveau.',
  'identity.user.enable.more': `Exemples :
  longshore identity user enable alice`,
  'identity.user.disable.summary': 'Exclut aussitôt un utilisateur ; rien n’est supprimé.',
  'identity.user.disable.more': `Exemples :
  longshore identity user disable alice`,
  'identity.user.delete.summary': 'Supprime un utilisateur.',
  'identity.user.delete.more': `Exemples :
  longshore identity user delete alice`,
  'identity.group.summary': 'Les groupes : ce qui est donné à l’un vaut pour ses membres.',
  'identity.group.more': `Exemples :
  longshore identity group create developers
  longshore identity group add-member developers alice`,
  'identity.group.which': 'nom, ou id d’objet',
  'identity.group.member': 'utilisateur, principal de service ou groupe : nom ou id',
  'identity.group.create.summary': 'Crée un groupe.',
  'identity.group.create.more': `Exemples :
  longshore identity group create developers`,
  'identity.group.list.summary': 'Liste les groupes.',
  'identity.group.list.more': `Exemples :
  longshore identity group list`,
  'identity.group.show.summary': 'Affiche un groupe et ses membres.',
  'identity.group.show.more': `Exemples :
  longshore identity group show developers --output json`,
  'identity.group.delete.summary': 'Supprime un groupe ; ses membres restent.',
  'identity.group.delete.more': `Exemples :
  longshore identity group delete developers`,
  'identity.group.add-member.summary': 'Ajoute quelqu’un à un groupe.',
  'identity.group.add-member.more': `Exemples :
  longshore identity group add-member developers alice`,
  'identity.group.remove-member.summary': 'Retire quelqu’un d’un groupe.',
  'identity.group.remove-member.more': `Exemples :
  longshore identity group remove-member developers alice`,
  'identity.role.summary': 'Les rôles : qui peut faire quoi, et où.',
  'identity.role.more': `Exemples :
  longshore identity role list
  longshore identity role assign --assignee alice --role AcrPull`,
  'identity.role.assignee': 'utilisateur, principal de service ou groupe : nom ou id',
  'identity.role.which': 'le rôle, par nom ou id : Owner, AcrPull, …',
  'identity.role.at': 'où : /, ou l’id d’un abonnement, d’un groupe ou d’un registre (par défaut : le premier abonnement)',
  'identity.role.only-at': 'seulement ce qui a été donné exactement à cette étendue',
  'identity.role.assign.summary': 'Donne un rôle ; il vaut dès la requête suivante.',
  'identity.role.assign.more': `Exemples :
  longshore identity role assign --assignee alice --role AcrPull
  longshore identity role assign --assignee developers --role Reader --scope /`,
  'identity.role.list.summary': 'Liste qui a quel rôle, et où.',
  'identity.role.list.more': `Exemples :
  longshore identity role list --assignee alice`,
  'identity.role.remove.summary': 'Retire un rôle ; il a disparu à la requête suivante.',
  'identity.role.remove.more': `Exemples :
  longshore identity role remove --assignee alice --role AcrPull`,
}
