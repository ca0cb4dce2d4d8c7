import type { program as english } from '../en/program.ts'
import type { Translation } from '../messages.ts'

export const program: Translation<typeof english> = {
  'program.summary': 'Longshore : tout Azure Container Registry sur vos propres machines.',
  'program.more': `Pour commencer :
  longshore serve                      démarre le registre ; le premier démarrage affiche son adresse et son mot de passe
  longshore credential show            affiche de nouveau le mot de passe
  longshore config                     affiche chaque réglage et d'où vient sa valeur

Les données sont dans un seul dossier : --data-dir, ou LONGSHORE_DATA_DIR, ou longshore sous XDG_DATA_HOME (~/.local/share).
Les commandes agissent sur ce dossier, que son serveur tourne ou non.
Codes de sortie : 0 fait · 1 pas fait, ou un défaut a été trouvé · 2 ligne de commande ou configuration incorrecte.`,

  'size.point': ',',
  'size.byte': 'o',

  'usage.options': '[options]',
  'usage.command': '[commande]',

  'heading.usage': 'Usage :',
  'heading.options': 'Options :',
  'heading.arguments': 'Arguments :',
  'heading.commands': 'Commandes :',
  'heading.settings': 'Réglages (variable d’environnement, valeur par défaut) :',

  'option.help': 'affiche cette aide',
  'option.version': 'affiche la version',
  'option.data-dir': 'le dossier des données du registre (LONGSHORE_DATA_DIR)',
  'option.config': 'fichier YAML de réglages (LONGSHORE_CONFIG ; par défaut : longshore.yaml dans le dossier des données)',
  'option.output': 'comment afficher : table (par défaut) pour les personnes, json pour les scripts',
  'option.registry': 'nom du registre (par défaut : local)',

  'misuse.command': 'commande inconnue « {name} »',
  'misuse.option': 'option inconnue {name}',
  'misuse.far': ' ; voir --help',
  'misuse.near': ' ; vouliez-vous dire {near} ?',
  'misuse.argument': 'il manque l’argument <{name}> ; voir --help',
  'misuse.value': 'l’option {name} demande une valeur',
  'misuse.mandatory': 'l’option {name} est nécessaire',
  'misuse.excess': 'trop d’arguments ; voir --help',
  'misuse.invalid': '{name} : « {value} » n’est pas permis ; attendu : {allowed}',

  'expected.folder': 'un dossier à part, par exemple /var/lib/longshore',
  'expected.flag': 'true ou false',
  'expected.listener': 'hôte:port, comme 127.0.0.1:5000, ou off',
  'expected.duration': 'un nombre suivi de ms, s, m, h ou d, comme 24h',
  'expected.size': 'un nombre d’octets, ou un nombre suivi de KiB, MiB, GiB ou TiB',
  'expected.count': 'un nombre entier à partir de 1',
  'expected.digest': 'sha256: et 64 chiffres hexadécimaux, ou sha512: et 128, en minuscules',
  'expected.choice': 'une valeur parmi {choices}',
  'expected.host-name': 'un nom d’hôte, *.domaine ou une adresse IP, sans port',
  'expected.domain': 'un domaine sans étoile, comme registry.example.org',
  'expected.server': 'hôte ou hôte:port, comme dans le nom d’une image',
  'expected.network': 'une adresse IP ou un réseau, comme 10.0.0.0/8',
  'expected.offload':
    'off, ou nginx:/PREFIXE/ avec des lettres, des chiffres, - et _ entre barres obliques, comme nginx:/longshore-objects/',
  'expected.store': 'sqlite, ou postgres://user@host:port/database, plusieurs hôtes séparés par des virgules',
  'expected.blobs': 'files, s3://BUCKET/PRÉFIXE?region=…&endpoint=…, ou azblob://COMPTE/CONTENEUR/PRÉFIXE?endpoint=…',
  'expected.blobs-bucket': 'un nom de bucket de 3 à 63 minuscules, chiffres, - et .',
  'expected.blobs-prefix': 'un préfixe de lettres, chiffres, ., _ et - entre des barres obliques',
  'expected.blobs-credentials':
    'aucun identifiant dans l’URL ({choices}) : l’environnement (AWS_ACCESS_KEY_ID, AWS_PROFILE), une identité web ou l’instance les fournit',
  'expected.blobs-parameter': 'ces paramètres, chacun dans sa forme : {choices}',
  'expected.blobs-endpoint': 'http:// ou https://hôte[:port] sans chemin pour {choices}',
  'expected.blobs-encryption': 'sse=AES256, ou sse=aws:kms ou aws:kms:dsse avec ou sans kmsKeyId',
  'expected.blobs-part-size': 'un partSize en MiB entiers, de 5MiB à 64MiB',
  'expected.downloads': 'served, signed, ou signed:NOM,NOM avec les noms de registres',
  'expected.several': 'un nombre entier à partir de 2',
  'expected.group': 'le nom ou le numéro d’un groupe',
  'expected.origin': 'https://hôte[:port] sans chemin',
  'expected.bytes': 'none, ou un nombre d’octets avec B, KiB, MiB, GiB ou TiB',

  'problem.unexpected': 'échec inattendu : {message} (LONGSHORE_LOG_LEVEL=debug montre où)',

  'expected.years': 'un nombre entier de 1 à 100',
  'expected.number': 'un nombre entier de {least} à {most}',
}
