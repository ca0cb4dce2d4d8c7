import type { storage as english } from '../en/storage.ts'
import type { Translation } from '../messages.ts'

export const storage: Translation<typeof english> = {
  'usage.summary': 'Combien est stocké.',
  'usage.more': `« Utilisé » est ce que les manifestes nomment, chaque condensat une fois. « Sans référence » est ce qu’aucun
manifeste ne nomme encore, ou ne nomme plus ; c’est collecté à la fin de son bail. « Réservé » est la place tenue par les
envois en cours. « Abandonné » reste sur le disque jusqu’à la fin du délai. La limite compte l’utilisé et le réservé ; le reste
dispose d’autant encore.

Exemples :
  longshore usage
  longshore usage --output json`,
  'usage.registry': 'Registre',
  'usage.used': 'Utilisé',
  'usage.unreferenced': 'Sans référence',
  'usage.reserved': 'Réservé',
  'usage.condemned': 'Abandonné',
  'usage.limit': 'Limite',
  'usage.none': 'aucune',
  'usage.free': 'Libre sur le disque',

  'count.repositories': 'Dépôts',
  'count.manifests': 'Manifestes',
  'count.tags': 'Étiquettes',
  'count.blobs': 'Blobs',
  'count.uploads': 'Envois ouverts',

  'gc.summary': 'Collecte maintenant ce que rien ne tient plus, ou dit ce qui tient un condensat.',
  'gc.more': `Le serveur collecte de lui-même (--gc-interval) ; ceci est un passage immédiat, avec les mêmes délais de sûreté :
ce qui a été poussé ou confirmé récemment a un bail (--gc-lease), et les octets ne sont effacés qu’un certain temps après
que plus rien ne les tient (--gc-delay).

Exemples :
  longshore gc
  longshore gc --explain sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08`,
  'gc.explain': 'dit ce qui tient ce condensat et jusqu’à quand ; ne collecte rien',
  'gc.reviewed': 'Examinés',
  'gc.condemned': 'Plus tenus',
  'gc.deleted': 'Effacés du disque',
  'gc.uploads': 'Envois expirés',

  'jobs.summary': 'Montre ce que le serveur a encore à faire, et ce qui échoue.',
  'jobs.more': `Certains travaux se font après la modification qui les a causés : un dépôt supprimé est vidé, une opération qu’un client
attend est menée à son terme, les anciens événements sont effacés. Ce qui échoue est retenté de lui-même, après une pause de
plus en plus longue.

Exemples :
  longshore jobs
  longshore jobs --stuck
  longshore jobs retry 42`,
  'jobs.stuck': 'seulement ce qui a échoué à plusieurs reprises',
  'jobs.none': 'Il n’y a rien à faire.',
  'jobs.id': 'id',
  'jobs.kind': 'type',
  'jobs.about': 'objet',
  'jobs.state': 'état',
  'jobs.attempts': 'essais',
  'jobs.next': 'prochain essai',
  'jobs.error': 'dernière erreur',
  'jobs.state.waiting': 'en attente',
  'jobs.state.running': 'en cours',
  'jobs.state.stuck': 'bloqué',
  'jobs.retry.summary': 'Retente un travail maintenant.',
  'jobs.retry.more': `Sans attendre son prochain essai : quand la cause de l’échec a été corrigée.

Exemple :
  longshore jobs retry 42`,
  'jobs.retry.id': 'tel que « longshore jobs » le montre',

  'explain.unknown': 'Le registre {registry} ne connaît pas {digest}.',
  'explain.held': '{digest} est tenu et ne sera pas collecté.',
  'explain.free': 'Plus rien ne tient {digest} ; il sera collecté.',
  'explain.absent': 'Le registre {registry} n’a pas {digest} ; un manifeste le nomme.',
  'explain.tagged': 'C’est un manifeste de {repository}, avec les étiquettes {tags}.',
  'explain.untagged': 'C’est un manifeste de {repository}, sans étiquette.',
  'explain.named': 'Le manifeste {manifest} de {repository} le nomme.',
  'explain.lease': '{repository} peut le lire ; son bail court jusqu’à {leaseUntil}.',
  'explain.lease-over': '{repository} peut le lire ; son bail a pris fin à {leaseUntil}.',
  'explain.review': 'La collecte reverra le lien de {repository} après {reviewAfter}.',
  'explain.object': 'Ses octets sont l’objet {objectId} ({bytes}), état {state}.',
  'explain.condemned': 'L’objet {objectId} ({bytes}) a été condamné à {condemnedAt} ; ses octets seront effacés après {deletedAfter}.',

  'scrub.summary': 'Relit tous les octets stockés, les compare à leurs condensats et fait vérifier la base de données par elle-même.',
  'scrub.more': `Ce qui est abîmé n’est plus servi ; le prochain envoi du même condensat le répare. Les fichiers qui
n’appartiennent à rien sont listés et laissés en place. Une base de données abîmée est à remplacer par une sauvegarde. Lit
tout, à côté du serveur qui tourne. Code de sortie 1 quand un défaut a été trouvé.

Exemples :
  longshore scrub
  longshore scrub --output json`,
  'scrub.objects': 'Objets lus',
  'scrub.manifests': 'Manifestes lus',
  'scrub.bytes': 'Octets lus',
  'scrub.bad': 'Défectueux',
  'scrub.missing': 'absent',
  'scrub.corrupt': 'abîmé',
  'scrub.database': 'Base de données',
  'scrub.sound': 'saine',
  'scrub.strangers': 'Fichiers de personne',

  'backup.summary': 'Copie tout le registre dans un nouveau dossier pendant qu’il est utilisé.',
  'backup.more': `Le dossier doit être vide ou absent ; il n’apparaît sous son nom qu’une fois complet. Les objets sont des liens
physiques quand le dossier est sur le même système de fichiers (rapide, sans place ; copiez alors le dossier sur un autre
disque), sinon des copies. C’est le serveur qui l’écrit : il doit en avoir le droit. Le dossier contient la clé des mots de
passe : gardez-le aussi sûrement que les données. Code de sortie 1 quand les octets d’un condensat manquaient ou
étaient abîmés.

Exemples :
  longshore backup /backups/monday
  longshore backup /backups/monday --output json`,
  'backup.folder': 'où ; vide ou absent',
  'backup.path': 'Sauvegarde',
  'backup.objects': 'Objets',
  'backup.how': 'liés {linked}, copiés {copied}',
  'backup.bytes': 'Octets',
  'backup.missing': 'Manquant',
  'backup.damaged': 'Abîmé',

  'restore.summary': 'Remplit un dossier de données vide à partir d’une sauvegarde.',
  'restore.more': `Le serveur ne doit pas tourner. Toute la sauvegarde est examinée avant que le premier octet soit écrit.

Exemples :
  longshore restore /backups/monday --data-dir /srv/longshore
  longshore restore /backups/monday --verify`,
  'restore.folder': 'un dossier fait par « longshore backup »',
  'restore.verify': 'lit d’abord chaque objet et chaque manifeste et le compare à son condensat, pas seulement sa longueur',
  'restore.into': 'Données',
  'restore.made': 'État du',
}
