import type { Catalogue } from './en.ts'
import { doctorFr } from './doctor-fr.ts'
import { identityFr } from './identity-fr.ts'
import { speedFr } from './speed-fr.ts'

export const fr: Catalogue = {
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

  'serve.summary': 'Démarre le registre et le sert jusqu’à l’arrêt.',
  'serve.more': `Le premier démarrage crée le dossier des données, un administrateur et une autorité de certification locale, puis
affiche sur la sortie standard ce qu’il faut pour se connecter et pousser une image. Les démarrages suivants affichent
une ligne. Le journal (JSON) va sur la sortie d’erreur. SIGTERM ou Ctrl-C arrête proprement dans le délai
--shutdown-grace ; un second signal arrête tout de suite.

Une option l’emporte sur sa variable d’environnement, celle-ci sur le fichier YAML, celui-ci sur la valeur par défaut.

Exemples :
  longshore serve
  longshore serve --data-dir /srv/longshore --http 0.0.0.0:5000 --names registry.example.com
  longshore serve --https 0.0.0.0:443 --tls-cert server.pem --tls-key server.key
  longshore serve 2>longshore.log`,
  'serve.first': 'Longshore a créé le registre « {registry} » et tourne.',
  'serve.addresses': 'Adresses',
  'serve.admin': 'Exploitation',
  'serve.user': 'Utilisateur',
  'serve.password': 'Mot de passe',
  'serve.passwords': 'Mots de passe',
  'serve.owner': 'Propriétaire (az login)',
  'serve.data': 'Données',
  'serve.ca': 'AC pour HTTPS',
  'serve.try': 'Pour pousser une image :',
  'serve.tryAz': 'Ou avec az :',
  'serve.again':
    'Les mots de passe ne seront plus affichés : « longshore credential show » donne celui de l’utilisateur, « longshore identity user reset-password owner » en fait un nouveau pour le propriétaire.',
  'serve.kept':
    'Les mots de passe ne sont que dans ce fichier (mode 0400) : supprimez-le quand vous les avez. Plus tard, « longshore credential show » redonne celui de l’utilisateur, « longshore identity user reset-password owner » en crée un nouveau pour le propriétaire.',
  'serve.running': 'Longshore tourne sur {addresses}, ses données sont dans {dataDir}',

  'config.summary': 'Affiche chaque réglage, sa valeur et d’où elle vient.',
  'config.more': `Prend les mêmes options que « serve » et ne démarre rien ; une valeur incorrecte est signalée par son nom
(code de sortie 2). Les secrets ne sont pas affichés.

Exemples :
  longshore config
  longshore config --config longshore.yaml --output json`,
  'config.setting': 'réglage',
  'config.value': 'valeur',
  'config.source': 'origine',

  'credential.summary': 'Les mots de passe de l’administrateur.',
  'credential.more': `Exemples :
  longshore credential show
  longshore credential renew --password-name password2`,
  'credential.show.summary': 'Affiche l’administrateur et ses deux mots de passe.',
  'credential.show.more': `Le JSON est celui de « az acr credential show ».

Exemples :
  longshore credential show
  longshore credential show --output json | jq -r '.passwords[0].value'`,
  'credential.renew.summary': 'Crée un nouveau mot de passe à l’une des deux places.',
  'credential.renew.more': `L’ancien mot de passe, et tout jeton obtenu avec lui, prend fin à la requête suivante. Pour changer sans
interruption : renouvelez password2, donnez-le aux clients, puis renouvelez password.

Exemples :
  longshore credential renew --password-name password`,
  'credential.renew.slot': 'lequel des deux : password ou password2',

  'ca.summary': 'Le certificat de l’autorité locale qui signe pour HTTPS.',
  'ca.more': `L’autorité est créée au premier démarrage et ne peut signer que pour les noms de ce serveur. Les clients font
confiance à son certificat, pour Docker dans /etc/docker/certs.d/<hôte>:<port>/ca.crt. Un serveur qui tourne connaît ses
noms ; pour renouveler quand il est arrêté, donnez les mêmes --names qu’à « serve ».

Exemples :
  longshore ca --path
  curl --cacert "$(longshore ca --path)" https://localhost:5443/v2/
  longshore ca --renew`,
  'ca.path': 'n’affiche que le chemin du certificat de l’autorité',
  'ca.renew': 'crée une autre autorité ; les clients doivent faire confiance à la nouvelle',
  'ca.file': 'Certificat',
  'ca.subject': 'Sujet',
  'ca.until': 'Valable jusqu’au',
  'ca.renewed': 'Une nouvelle autorité a été créée : les clients qui faisaient confiance à l’ancienne doivent accepter celle-ci.',

  'env.summary': 'Afficher ce que az et les SDK d’Azure attendent dans l’environnement pour trouver ce serveur et lui faire confiance.',
  'env.more': `Affiche une ligne par variable, que l'interpréteur de commandes exécute. Ensuite, le prochain « az login » fonctionne : le
nuage est trouvé par ARM_CLOUD_METADATA_URL, et le certificat est reconnu grâce à un fichier du dossier de données qui
contient aussi les racines du système. az y reçoit son propre profil, sauf si AZURE_CONFIG_DIR est déjà défini. Un serveur en
marche connaît ses adresses ; pour un serveur arrêté, donnez les mêmes réglages qu'à « serve ».

Exemples:
  eval "$(longshore env)"
  longshore env --shell fish | source
  longshore env --shell powershell | Out-String | Invoke-Expression`,
  'env.shell': 'pour quel interpréteur : sh (par défaut ; bash et zsh aussi), fish ou powershell',
  'env.plain':
    'attention : ce serveur n’a pas d’adresse HTTPS, et az n’en accepte pas d’autre ; réglez --https, ou --public-url du mandataire',
  'hosts.summary': 'Afficher les lignes dont un fichier hosts a besoin pour les noms des registres.',
  'hosts.more': `Chaque registre s'atteint par <name>.<domain>, son point de données par <name>.<location>.data.<domain>. Là où personne ne répond
pour ce domaine (tous les résolveurs ne connaissent pas les noms sous localhost), le fichier hosts doit nommer chacun d'eux ;
relancez cette commande quand un registre a été créé ou supprimé, ou a reçu un point de données.

Exemples:
  longshore hosts
  longshore hosts --write
  longshore hosts --write ./hosts`,
  'hosts.write':
    'tenir les lignes à jour dans ce fichier, entre deux marques (par défaut : le fichier hosts du système) ; le reste ne change pas',
  'hosts.written': '{path} est à jour maintenant.',
  'hosts.current': '{path} était à jour.',

  'registry.summary': 'Ce qui est activé dans le registre.',
  'registry.more': `Exemples :
  longshore registry show
  longshore registry update --anonymous-pull-enabled true`,
  'registry.show.summary': 'Affiche le registre.',
  'registry.show.more': `Exemples :
  longshore registry show --output json`,
  'registry.list.summary': 'Lister les registres.',
  'registry.list.more': `Exemples :
  longshore registry list
  longshore registry list --output json`,
  'registry.update.summary': 'Modifie le registre ; un serveur qui tourne suit dès la requête suivante.',
  'registry.update.more': `Exemples :
  longshore registry update --admin-enabled false
  longshore registry update --anonymous-pull-enabled true --storage-limit 500GiB`,
  'registry.update.admin': 'l’administrateur peut-il se connecter',
  'registry.update.anonymous': 'chacun peut-il tirer sans se connecter',
  'registry.update.rates': 'off, ou tier : les cadences de requêtes du niveau du registre',
  'registry.update.children':
    'kept, ou free : un manifeste qui appartient à un index étiqueté peut-il être supprimé seul (free : comme dans Azure)',
  'registry.update.limit': 'octets stockés au plus : none, ou un nombre avec KiB, MiB, GiB ou TiB',

  ...identityFr,
  ...doctorFr,
  ...speedFr,

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

  'key.summary': 'Les clés qui signent les jetons.',
  'key.more': `Exemples :
  longshore key rotate`,
  'key.rotate.summary': 'Crée maintenant une nouvelle clé de signature.',
  'key.rotate.more': `Les jetons signés par l’ancienne clé restent valables jusqu’à leur fin, sauf avec --revoke. Les clés changent
d’elles-mêmes tous les 30 jours.

Exemples :
  longshore key rotate
  longshore key rotate --revoke       si une clé a pu être vue : chaque client se reconnecte`,
  'key.rotate.revoke': 'oublie toutes les anciennes clés : tout jeton donné prend fin maintenant',
  'key.kid': 'clé',
  'key.signs': 'signe jusqu’à',
  'key.verifies': 'vérifie jusqu’à',

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
  'setting.blobRedirect': 'que fait un point de données d’un en-tête Authorization : lenient l’ignore, strict le refuse comme Azure',
  'setting.diskFloor': 'n’accepte pas d’envoi quand il reste moins que cela sur le disque',
  'setting.gcInterval': 'temps entre deux passages de la collecte',
  'setting.gcLease': 'durée pendant laquelle ce qui a été poussé ou confirmé est tenu sans manifeste qui le nomme',
  'setting.gcDelay': 'temps entre la fin du dernier maintien et l’effacement des octets',
  'setting.uploadLife': 'durée pendant laquelle un envoi peut rester en repos avant d’être abandonné',
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
  'setting.passwordThreads': 'fils d’exécution qui vérifient les mots de passe, de 1 à 4 ; les téléchargements ne les attendent pas',
  'setting.shutdownGrace': 'temps laissé aux requêtes après un signal d’arrêt',
  'setting.logLevel': 'silent, error, info ou debug',

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
  'expected.choice': 'une valeur parmi {choices}',
  'expected.host-name': 'un nom d’hôte, *.domaine ou une adresse IP, sans port',
  'expected.domain': 'un domaine sans étoile, comme registry.example.org',
  'expected.network': 'une adresse IP ou un réseau, comme 10.0.0.0/8',
  'expected.origin': 'https://hôte[:port] sans chemin',
  'expected.bytes': 'none, ou un nombre d’octets avec B, KiB, MiB, GiB ou TiB',

  'problem.unexpected': 'échec inattendu : {message} (LONGSHORE_LOG_LEVEL=debug montre où)',

  'refusal.no-registry':
    'il n’y a pas de registre dans {dataDir} : démarrez-le une fois avec « longshore serve », ou nommez son dossier avec --data-dir',
  'refusal.registry-unknown': 'il n’y a pas de registre « {name} » ; connus : {known}',
  'refusal.directory-owned': '{dataDir} est utilisé par le processus {pid} : arrêtez-le, ou choisissez un autre dossier avec --data-dir',
  'refusal.database-missing':
    '{path} manque ou est vide, à côté de données qui en dépendent : rien n’a été démarré, pour que rien ne soit perdu. Remettez le fichier en place (une sauvegarde l’a sous longshore.db : « longshore restore » dans un dossier vide), ou indiquez un autre dossier avec --data-dir pour repartir de zéro',
  'refusal.key-missing':
    '{path} manque : sans cette clé, personne ne peut lire les mots de passe et les clés de signature de {dataDir}. Remettez-la en place (une sauvegarde l’a sous keys/secret.key, mode 0400), ou restaurez une sauvegarde entière dans un dossier vide',
  'refusal.key-foreign':
    '{path} n’est pas la clé de cette base de données : les mots de passe et les clés de signature ont été écrits avec une autre. Remettez celle-là en place (une sauvegarde l’a sous keys/secret.key), ou restaurez une sauvegarde entière dans un dossier vide',
  'refusal.objects-missing':
    '{path} n’a aucun objet, alors que la base de données en nomme : son disque n’est-il pas monté ? Remettez le dossier en place, ou restaurez une sauvegarde dans un dossier vide',
  'refusal.owner-silent': 'le processus {pid} tient {dataDir} et ne répond pas : il démarre ou s’arrête, réessayez',
  'refusal.owner-gone': 'le serveur s’est arrêté avant de répondre : réessayez',
  'refusal.socket-path-too-long':
    '{path} est trop long pour une socket ({longest} octets au plus) : prenez un dossier de données plus court',
  'refusal.server-must-stop': '{path} est utilisé par le processus {pid} : arrêtez d’abord le serveur',
  'refusal.address-in-use': '{setting} : {address} est utilisé par un autre programme ; choisissez-en un autre avec {flag} ou {variable}',
  'refusal.address-not-permitted':
    '{setting} : cet utilisateur ne peut pas écouter sur {address} (les ports sous 1024 demandent un droit) ; choisissez-en un autre avec {flag} ou {variable}',
  'refusal.few-open-files':
    'le système autorise {allowed} fichiers ouverts à ce processus et le serveur en exige au moins {needed} : augmentez « ulimit -n » (LimitNOFILE pour un service)',
  'refusal.address-not-here':
    '{setting} : {address} n’est pas une adresse de cette machine ; choisissez-en une autre avec {flag} ou {variable}',
  'refusal.password-file':
    'passwordFile : impossible d’écrire {path} ({code}) : choisissez-en un autre avec --password-file ou LONGSHORE_PASSWORD_FILE ; le prochain démarrage donnera les mots de passe',
  'refusal.password-file-there':
    'passwordFile : {path} existe déjà et n’est pas à nous : choisissez-en un autre avec --password-file ou LONGSHORE_PASSWORD_FILE ; le prochain démarrage donnera les mots de passe',
  'refusal.setting-near': '{name} : réglage inconnu ; vouliez-vous dire {near} ?',
  'refusal.setting-unknown': '{name} : réglage inconnu ; les réglages connus sont {known}',
  'refusal.setting-value': '{name} : attendu : {allowed} ; reçu : « {got} »',
  'refusal.settings-file': '{path} : {message}',
  'refusal.settings-form': '{path} : des clés avec leurs valeurs sont attendues',
  'refusal.settings-item': '{path} : {key} : un texte, un nombre ou une liste de textes est attendu',
  'refusal.host-below-domain':
    '{name} : {host} se trouve sous {domain} ({variable}), où chaque nom est celui d’un registre ; le plan de contrôle a besoin d’un hôte ailleurs : {domain} lui-même, ou un hôte hors de ce domaine',
  'refusal.tls-half':
    '{setting} n’est pas réglé : un certificat à vous demande tlsCert (son fichier PEM) et tlsKey (le fichier PEM de sa clé privée)',
  'refusal.tls-unreadable': '{setting} : impossible de lire {path} ({code}) : indiquez un fichier PEM que cet utilisateur peut lire',
  'refusal.tls-not-pem': '{setting} : {path} n’est pas un fichier PEM utilisable : -----BEGIN {kind}----- est attendu, sans phrase secrète',
  'refusal.tls-mismatch':
    'tlsKey : {key} n’est pas la clé du certificat de {cert} (tlsCert) : indiquez les deux qui vont ensemble, le certificat du serveur en premier dans son fichier',
  'refusal.permission':
    '{path} : permission refusée ({code}) : lancez la commande en tant que propriétaire, ou laissez cet utilisateur lire et écrire à cet endroit',
  'refusal.read-only':
    'impossible de créer ou d’écrire {path} ({code}) : son système de fichiers est en lecture seule ; indiquez un dossier de données où l’on peut écrire avec --data-dir ou LONGSHORE_DATA_DIR',
  'refusal.wrong-kind':
    '{path} n’est pas ce qu’il faut ({code}) : un dossier là où un dossier est attendu, un fichier là où c’est un fichier ; indiquez autre chose, avec --data-dir ou LONGSHORE_DATA_DIR pour le dossier de données',
  'refusal.settings-unreadable':
    '{path} : impossible d’y lire les réglages ({code}) : indiquez un fichier YAML que cet utilisateur peut lire avec --config ou LONGSHORE_CONFIG',
  'refusal.principal-there':
    'il y a déjà un principal de service « {name} » (application {appId}) : « longshore identity sp reset-credential {appId} » lui donne de nouveaux identifiants, --yes en crée un autre du même nom',
  'refusal.disk-full': '{path} : le disque est plein',
  'refusal.database-damaged':
    'la base de données {path} est abîmée ({found}) : rien n’en est servi ; mettez le dossier de données de côté et remplissez-en un nouveau avec votre dernière sauvegarde, par « longshore restore »',
  'refusal.collection-rests':
    'la collecte se repose pendant un bail, parce que la base n’a pas pu être écrite ou que l’horloge a été réglée ; elle reprendra d’elle-même',
  'refusal.collection-paused': 'la collecte est suspendue pendant une sauvegarde : réessayez ensuite',
  'refusal.backup-target-not-empty': '{path} n’est pas vide : nommez un dossier vide ou absent',
  'refusal.backup-unreadable': '{path} n’est pas une sauvegarde que ce programme peut lire',
  'refusal.backup-newer':
    '{path} a été fait par un Longshore plus récent : sa version de {what} est {found}, ce programme lit jusqu’à {newest}',
  'refusal.backup-damaged':
    'la sauvegarde est abîmée : {bad} de ses éléments manquent ou sont faux, le premier est {example} ; rien n’a été restauré, prenez une sauvegarde plus ancienne',
  'refusal.restore-target-not-empty': '{path} n’est pas vide : restaurez dans un dossier de données vide ou absent',
  'refusal.restore-unfinished': 'une restauration dans {dataDir} n’est pas allée à sa fin : relancez « longshore restore »',
  'refusal.no-local-authority': 'il n’y a pas d’autorité locale : HTTPS est désactivé ou utilise votre propre certificat',
  'refusal.last-owner':
    'plus personne ne serait propriétaire de l’ensemble : donnez d’abord ce rôle à quelqu’un d’autre, avec « longshore identity role assign --assignee NOM --role Owner --scope / »',
  'refusal.interrupted': 'interrompu ; rien n’est resté à moitié fait',
}
