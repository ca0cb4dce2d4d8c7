import type { settings as english } from '../en/settings.ts'
import type { Translation } from '../messages.ts'

export const settings: Translation<typeof english> = {
  'setting.store':
    'où sont les faits : sqlite pour un fichier du dossier de données, ou postgres://user@host:port/database pour plusieurs serveurs',
  'setting.storePasswordFile': 'fichier du mot de passe de cet utilisateur ; relu à chaque nouvelle connexion',
  'setting.storeConnections': 'connexions à cette base que ce serveur garde, au plus',
  'setting.storeTimeout': 'combien de temps une instruction peut y prendre avant que sa requête soit priée de revenir',
  'setting.secretKeyFile':
    'fichier de la clé secrète ; les serveurs d’une même base ont la même. Par défaut keys/secret.key du dossier de données',
  'setting.blobs':
    'où se trouvent les octets des blobs : files (le dossier de données), s3://BUCKET/PRÉFIXE?region=…&endpoint=…, ou azblob://COMPTE/CONTENEUR/PRÉFIXE?endpoint=… ; ce qui se trouvait ailleurs y est toujours lu',
  'setting.blobsKeyFile':
    'un fichier avec la clé du compte de stockage, ou avec une signature d’accès partagé, pour azblob:// ; sans lui AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN, ou l’identité de la charge de travail ou de la machine',
  'setting.http': 'où servir HTTP : hôte:port, ou off',
  'setting.https': 'où servir HTTPS : hôte:port, ou off',
  'setting.admin': 'où servir l’état et les mesures : hôte:port, ou off',
  'setting.publicUrl': 'l’adresse que les clients utilisent, derrière un mandataire : https://hôte[:port]',
  'setting.domain': 'le domaine des registres : chacun est joint sous <nom>.<domaine>',
  'setting.names': 'autres noms d’hôte auxquels le serveur répond, séparés par des virgules ; *.domaine pour tout ce qui est dessous',
  'setting.trustedProxies': 'adresses ou réseaux dont les en-têtes X-Forwarded sont crus, séparés par des virgules',
  'setting.corsOrigins':
    'origines dont les pages peuvent appeler les registres depuis un navigateur, séparées par des virgules, comme https://portal.example.org',
  'setting.passwordFile':
    'fichier pour les mots de passe que crée le premier démarrage (mode 0400), - pour la sortie standard ; par défaut ils sont affichés sur un terminal, sinon gardés dans first-passwords du dossier de données',
  'setting.tlsCert': 'fichier PEM avec votre certificat et sa chaîne ; relu quand il change',
  'setting.tlsKey': 'fichier PEM avec sa clé privée',
  'setting.sparse': 'un manifeste peut-il nommer ce qui n’est pas là : off, index (les enfants d’un index) ou all',
  'setting.storageLimit': 'octets au plus du registre que crée le premier démarrage ; ensuite « registry update --storage-limit »',
  'setting.largestBlob': 'plus grand blob',
  'setting.smallBlob': 'jusqu’à cette taille, un blob est dans la base de données ; 0 pour jamais',
  'setting.blobOffload':
    'nginx:/PREFIXE/ laisse un nginx, proxy de confiance, envoyer lui-même les fichiers des blobs, sous son emplacement interne /PREFIXE/ ; ou off',
  'setting.blobOffloadGroup': 'nom ou numéro du groupe de ce nginx : il peut lire objects/ dans le dossier de données, et rien d’autre',
  'setting.blobDownloads':
    'comment les clients obtiennent les blobs d’un bucket : served, par ce serveur, ou signed, par des liens vers le bucket même, pour tous les registres ou signed:NOM,NOM',
  'setting.blobRedirect': 'que fait un point de données d’un en-tête Authorization : lenient l’ignore, strict le refuse comme Azure',
  'setting.diskFloor': 'n’accepte pas d’envoi quand il reste moins que cela sur le disque',
  'setting.gcInterval': 'temps entre deux passages de la collecte',
  'setting.gcLease': 'durée pendant laquelle ce qui a été poussé ou confirmé est tenu sans manifeste qui le nomme',
  'setting.gcDelay': 'temps entre la fin du dernier maintien et l’effacement des octets',
  'setting.uploadLife': 'durée pendant laquelle un envoi peut rester en repos avant d’être abandonné',
  'setting.historyLife': 'durée de conservation des événements, et de ce qu’une étiquette désignait auparavant',
  'setting.historyMost': 'nombre maximal d’événements conservés par registre, et d’anciennes valeurs de ses étiquettes',
  'setting.maxRequests': 'requêtes traitées à la fois ; les autres attendent',
  'setting.maxRequestsPerAddress': 'parmi elles, au plus tant d’une même adresse',
  'setting.maxTransfers': 'corps reçus et réponses envoyées à la fois, pour les appelants authentifiés',
  'setting.maxTransfersPerAddress': 'parmi eux, au plus tant d’une même adresse',
  'setting.maxUnauthenticated': 'de même pour les appelants non authentifiés',
  'setting.maxConnections': 'connexions ouvertes ; moins si le système autorise moins de fichiers ouverts',
  'setting.maxConnectionsPerAddress': 'parmi elles, au plus tant d’une même adresse ; sans limite pour un proxy de confiance',
  'setting.maxOpenUploads': 'envois dont le fichier reste ouvert ; ceux qui sont au repos sont fermés puis rouverts',
  'setting.maxUploads':
    'envois inachevés d’un même appelant dans un registre ; au-delà, celui qui est au repos depuis le plus longtemps prend fin',
  'setting.maxWait': 'durée pendant laquelle une requête attend avant d’être invitée à revenir',
  'setting.slowClient': 'un client doit envoyer ou lire 1 Kio par seconde sur cette durée',
  'setting.hsts':
    'ce qui est dit aux navigateurs avec un certificat à vous : host (HTTPS seulement, pour cet hôte), subdomains (et tout ce qui est dessous) ou off',
  'setting.servers': 'fils d’exécution qui servent les clients, de 1 à 8, ou auto : un seul jusqu’à deux cœurs, sinon un par cœur',
  'setting.passwordThreads': 'fils d’exécution qui vérifient les mots de passe, de 1 à 4 ; les téléchargements ne les attendent pas',
  'setting.shutdownGrace': 'temps laissé aux requêtes après un signal d’arrêt',
  'setting.logLevel': 'silent, error, info ou debug',
}
