import type { move as english } from '../en/move.ts'
import type { Translation } from '../messages.ts'

export const move: Translation<typeof english> = {
  'migrate.summary': 'Déplacer le registre vers PostgreSQL et un bucket, ou en revenir, pendant qu’il sert.',
  'migrate.more': `Le serveur continue pendant que tout est copié et comparé. Ensuite, un instant, rien n’est écrit : les derniers changements sont
apportés et l’ancien endroit est quitté. Son serveur lit encore, répond 503 aux écritures, et doit être démarré au nouvel
endroit avec les réglages indiqués à la fin. Arrêtée où que ce soit, la même commande continue. Les envois en cours
recommencent si les blobs sont déplacés. L’ancien endroit garde ce qu’il avait ; supprimez-le quand vous êtes sûr. Code de
sortie 1 si rien n’a été basculé.

Exemples :
  longshore migrate --to-store postgres://longshore@db.example.org/longshore --to-blobs s3://images --dry-run
  longshore migrate --to-store postgres://longshore@db.example.org/longshore --to-blobs s3://images
  longshore migrate --to-store /srv/longshore --to-blobs files
  longshore migrate --undo`,
  'migrate.to-store': 'où vont les faits : postgres://…, un autre dossier de données, ou sqlite pour celui-ci',
  'migrate.to-store-password-file': 'un fichier avec le mot de passe de cette base',
  'migrate.to-blobs': 'où vont les octets des blobs, comme dans LONGSHORE_BLOBS',
  'migrate.dry-run': 'dire seulement ce qu’il y a à déplacer',
  'migrate.verify': 'relire chaque blob copié et le comparer à son empreinte',
  'migrate.undo': 'renoncer à un déplacement, ou revenir à l’endroit quitté',
  'migrate.facts': 'Faits',
  'migrate.blobs': 'Blobs',
  'migrate.way': '{from} → {to}',
  'migrate.rows': 'Lignes',
  'migrate.objects': 'Objets à copier',
  'migrate.bytes': 'Octets à copier',
  'migrate.uploads': 'Envois qui recommencent',
  'migrate.goes-on': 'Un déplacement déjà commencé continue',
  'migrate.yes': 'oui',
  'migrate.copied': 'Objets copiés',
  'migrate.last': 'Changements pendant la pause',
  'migrate.pause': 'Sans écriture',
  'migrate.milliseconds': '{milliseconds} ms',
  'migrate.next': 'Démarrez le serveur avec',
  'migrate.progress.objects': '{done} objets sur {of}, {size}',
  'migrate.progress.rows': '{table} : {done} lignes sur {of}',
  'migrate.progress.changes':
    '{rows, plural, one {# ligne changée entre-temps et apportée} other {# lignes changées entre-temps et apportées}}',
  'migrate.progress.compared':
    '{tables, plural, one {# table comparée} other {# tables comparées}} aux deux endroits, {rows, plural, one {# ligne} other {# lignes}} : identiques',
  'migrate.progress.paused': 'rien n’est écrit tant que les derniers changements ne sont pas là-bas',
  'migrate.progress.moved': 'déplacé ; rien n’a été écrit pendant {milliseconds} ms',
  'migrate.undone': 'De nouveau le registre',
  'migrate.undone.more': 'Ce qui a été écrit depuis dans {to} n’est pas ici.',
}
