import type { refusals as english } from '../en/refusals.ts'
import type { Translation } from '../messages.ts'

export const refusals: Translation<typeof english> = {
  'refusal.no-registry':
    'il n’y a pas de registre dans {dataDir} : démarrez-le une fois avec « longshore serve », ou nommez son dossier avec --data-dir',
  'refusal.registry-unknown': 'il n’y a pas de registre « {name} » ; connus : {known}',
  'refusal.directory-owned': '{dataDir} est utilisé par le processus {pid} : arrêtez-le, ou choisissez un autre dossier avec --data-dir',
  'refusal.database-missing':
    '{path} manque ou est vide, à côté de données qui en dépendent : rien n’a été démarré, pour que rien ne soit perdu. Remettez le fichier en place (une sauvegarde l’a sous longshore.db : « longshore restore » dans un dossier vide), ou indiquez un autre dossier avec --data-dir pour repartir de zéro',
  'refusal.key-missing':
    '{path} manque : sans cette clé, personne ne peut lire les mots de passe et les clés de signature de {dataDir}. Remettez-la en place (une sauvegarde l’a sous keys/secret.key, mode 0400), ou restaurez une sauvegarde entière dans un dossier vide',
  'refusal.key-missing-shared':
    '{path} manque : les mots de passe et les clés de signature de {database} sont scellés avec la clé du serveur qui y a commencé. Donnez-en une copie à ce serveur (keys/secret.key de cet autre dossier, ou le fichier de son LONGSHORE_SECRET_KEY_FILE) et indiquez-la avec LONGSHORE_SECRET_KEY_FILE',
  'refusal.key-foreign':
    '{path} n’est pas la clé de cette base de données : les mots de passe et les clés de signature ont été écrits avec une autre. Remettez celle-là en place (une sauvegarde l’a sous keys/secret.key), ou restaurez une sauvegarde entière dans un dossier vide',
  'refusal.key-foreign-shared':
    '{path} n’est pas la clé de {database} : les mots de passe et les clés de signature y sont scellés avec celle du serveur qui y a commencé. Donnez-en une copie à ce serveur (keys/secret.key de cet autre dossier, ou le fichier de son LONGSHORE_SECRET_KEY_FILE) et indiquez-la avec LONGSHORE_SECRET_KEY_FILE',
  'refusal.blobs-unreachable': 'le stockage d’objets {place} est inutilisable : {message}',
  'refusal.blobs-unfit': 'le stockage d’objets {place} ne fait pas ce qu’il faut aux objets ({what}) : il en faut un autre',
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
  'refusal.downloads-with-sas':
    '{name} : une signature d’accès partagé ne signe aucun lien : donnez la clé du compte de stockage, ou une identité',
  'refusal.downloads-without-bucket':
    '{name} : les blobs sont dans le dossier de données, qui ne signe aucun lien : nommez un bucket dans {variable}',
  'refusal.offload-without-proxy':
    '{name} : aucun proxy n’est de confiance, nginx n’enverrait donc rien : indiquez son adresse dans {variable}',
  'refusal.offload-beside-bucket':
    '{name} : les blobs sont dans un bucket ({variable}), où nginx ne trouve aucun fichier : retirez-le ; pour des liens vers le bucket : {instead}=signed',
  'refusal.offload-group-alone':
    '{name} : aucun nginx n’envoie de fichiers, aucun groupe n’a donc à les lire : définissez aussi {variable}, ou retirez les deux',
  'refusal.group-unknown': '{name} : cette machine n’a pas de groupe « {group} » : indiquez-en un de /etc/group, ou son numéro',
  'refusal.group-not-ours':
    '{name} : cet utilisateur ne peut pas donner {path} au groupe « {group} » ({code}) : ajoutez-le au groupe et redémarrez, ou démarrez en tant que propriétaire du dossier',
  'refusal.tls-half':
    '{setting} n’est pas réglé : un certificat à vous demande tlsCert (son fichier PEM) et tlsKey (le fichier PEM de sa clé privée)',
  'refusal.tls-unreadable': '{setting} : impossible de lire {path} ({code}) : indiquez un fichier PEM que cet utilisateur peut lire',
  'refusal.tls-not-pem': '{setting} : {path} n’est pas un fichier PEM utilisable : -----BEGIN {kind}----- est attendu, sans phrase secrète',
  'refusal.tls-mismatch':
    'tlsKey : {key} n’est pas la clé du certificat de {cert} (tlsCert) : indiquez les deux qui vont ensemble, le certificat du serveur en premier dans son fichier',
  'refusal.permission':
    '{path} : permission refusée ({code}) : lancez la commande en tant que propriétaire, ou laissez cet utilisateur lire et écrire à cet endroit',
  'refusal.path-gone':
    '{path} n’est plus là ({code}) : le dossier de données a-t-il été déplacé ou supprimé alors qu’un serveur l’utilisait ? Arrêtez le serveur, remettez le dossier en place et redémarrez-le',
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
  'refusal.database-away':
    'la base de données ne répond pas : {found}. Vérifiez son URL (LONGSHORE_STORE, --to-store), son mot de passe et le réseau entre les deux, puis réessayez',
  'refusal.database-password':
    'la base de données demande un mot de passe et n’en a reçu aucun : indiquez un fichier qui le contient, par LONGSHORE_STORE_PASSWORD_FILE ou, pour l’endroit où va le registre, par --to-store-password-file ; puis réessayez',
  'refusal.database-permission':
    'l’utilisateur de la base de données ne peut pas y faire ce qu’un serveur doit faire : {found}. Il doit posséder la base, et ses tables s’il y en a : ALTER DATABASE … OWNER TO …',
  'refusal.database-encoding':
    "la base de données garde ses textes en {encoding}, où tous les noms n’ont pas leur place : donnez au serveur une base créée avec ENCODING 'UTF8' TEMPLATE template0",
  'refusal.clock-off':
    'l’horloge de cette machine et celle de la base de données diffèrent de {seconds} s, l’écart permis est de {allowed} s : mettez à l’heure celle qui est déréglée (NTP s’en charge), puis réessayez',
  'refusal.collection-rests':
    'la collecte se repose pendant un bail, parce que la base n’a pas pu être écrite ou que l’horloge a été réglée ; elle reprendra d’elle-même',
  'refusal.collection-paused': 'la collecte est suspendue pendant une sauvegarde : réessayez ensuite',
  'refusal.backup-target-not-empty': '{path} n’est pas vide : nommez un dossier vide ou absent',
  'refusal.backup-unreadable': '{path} n’est pas une sauvegarde que ce programme peut lire',
  'refusal.backup-newer':
    '{path} a été fait par un Longshore plus récent : sa version de {what} est {found}, ce programme lit jusqu’à {newest}',
  'refusal.backup-elsewhere':
    'les faits sont dans {database}, dont les outils les copient (pg_dump, ou une sauvegarde de base avec son journal) : cette commande copie ce qui est dans un dossier de données',
  'refusal.backup-damaged':
    'la sauvegarde est abîmée : {bad, plural, one {# de ses éléments manque ou est faux} other {# de ses éléments manquent ou sont faux}}, le premier est {example} ; rien n’a été restauré, prenez une sauvegarde plus ancienne',
  'refusal.restore-target-not-empty': '{path} n’est pas vide : restaurez dans un dossier de données vide ou absent',
  'refusal.restore-unfinished': 'une restauration dans {dataDir} n’est pas allée à sa fin : relancez « longshore restore »',
  'refusal.move-nothing':
    'aucune destination n’est indiquée : --to-store postgres://…, un dossier ou sqlite, --to-blobs s3://…, files, ou les deux',
  'refusal.move-same': 'le registre se trouve déjà dans {place}, et ses blobs là où l’indique --to-blobs : indiquez un autre endroit',
  'refusal.move-running': 'un déplacement de {store} est en cours en ce moment : laissez-le se terminer, ou arrêtez-le',
  'refusal.move-pooler':
    '{store} est un répartiteur de connexions (pooler) qui les prête, et c’est une connexion qui tient deux déplacements séparés : pour cette commande, nommez la base elle-même, par LONGSHORE_STORE ou --to-store',
  'refusal.move-other':
    'un déplacement de {from} vers {to} a déjà été commencé : donnez la même commande pour le poursuivre, ou « longshore migrate --undo » pour y renoncer',
  'refusal.move-none': '{store} n’a pas été quitté et aucun déplacement n’en part : il n’y a rien à annuler',
  'refusal.move-target-not-empty':
    '{path} contient un autre registre, ou ce qu’a laissé un déplacement abandonné : indiquez un endroit vide',
  'refusal.move-schema':
    'la version des tables est {from} à l’ancien endroit et {to} au nouveau : démarrez d’abord un serveur de cette version à l’ancien endroit',
  'refusal.move-files-stay':
    'un serveur de {folder} cherche les blobs dans ce dossier : indiquez aussi « --to-blobs files », ou « --to-store sqlite » pour le dossier de données qui les contient',
  'refusal.move-key-other': '{path} est une autre clé que {key} : indiquez un dossier sans clé, ou avec une copie de celle-ci',
  'refusal.move-damaged':
    '{bad, plural, one {# blob est endommagé ou absent} other {# blobs sont endommagés ou absents}} à l’ancien endroit, le premier est {example} : « longshore scrub » les marque, puis la même commande continue sans eux ; rien n’est perdu',
  'refusal.move-nul':
    'la table {table} contient dans {column} un texte avec le caractère U+0000 ({text}), que PostgreSQL ne conserve pas : modifiez ou supprimez ce qui le porte, puis redonnez la même commande',
  'refusal.move-differs':
    '{what} n’est pas identique dans {from} et {to} : rien n’a été basculé, et le registre continue là où il est. Examinez le nouvel endroit, videz-le et redonnez la même commande',
  'refusal.move-database':
    '{name} n’a pas fait ce qui était demandé ({found}) : rien n’est perdu et rien n’a été basculé ; dès que possible, la même commande continue',
  'refusal.move-interrupted':
    'interrompu : ce qui est copié reste, rien n’a été basculé, et la même commande continue. « longshore migrate --undo » renonce au déplacement',
  'refusal.move-unfinished':
    'un déplacement vers {store} n’est pas arrivé à son terme : redonnez le même « longshore migrate » à l’endroit d’où il part',
  'refusal.moved-away':
    'le registre a quitté {store} pour {to} : démarrez le serveur avec cet endroit. Pour revenir à ce qui était ici à ce moment, sans ce qui a été écrit là-bas depuis : « longshore migrate --undo »',
  'refusal.no-local-authority': 'il n’y a pas d’autorité locale : HTTPS est désactivé ou utilise votre propre certificat',
  'refusal.last-owner':
    'plus personne ne serait propriétaire de l’ensemble : donnez d’abord ce rôle à quelqu’un d’autre, avec « longshore identity role assign --assignee NOM --role Owner --scope / »',
  'refusal.admin-off':
    'l’utilisateur administrateur du registre {registry} est désactivé : activez-le avec « longshore registry update --registry {registry} --admin-enabled true »',
  'refusal.name-of-several': 'plusieurs portent le nom « {name} » : désignez-en un par son identifiant ({ids})',
  'refusal.principal-unknown': '« {name} » n’existe pas dans l’annuaire',
  'refusal.role-unknown': 'le rôle « {role} » n’existe pas dans cette étendue',
  'refusal.role-not-held': '{name} n’a pas le rôle {role} sur {scope}',
  'refusal.scope-without-role': 'une étendue demande un rôle : donnez --role et --scope, ou ni l’un ni l’autre',
  'refusal.no-subscription': 'il n’y a pas d’abonnement : nommez l’étendue avec --scope',
  'refusal.interrupted': 'interrompu ; rien n’est resté à moitié fait',
  'refusal.job-not-waiting': 'aucun travail {id} n’est en attente : il est en cours ou terminé ; voir « longshore jobs »',
  'refusal.hosts-not-permitted':
    '{path} ne peut être écrit par cet utilisateur ({code}). Ceci marche : « longshore hosts | sudo tee -a {path} »',
  'refusal.kubectl-missing':
    'kubectl est introuvable : installez-le, ou affichez le Secret (sans --apply) et mettez-le dans le cluster depuis ailleurs',
  'refusal.kubectl-failed': '{deed} : {message}',
  'refusal.pull-login-several':
    'un seul tire : indiquez un jeton (--token, --scope-map), un principal de service (--service-principal) ou --admin',
  'refusal.pull-password-there':
    '{name} a déjà un mot de passe pour cela, que personne ne peut redire : --rotate en crée un autre, et celui d’avant reste bon jusqu’à la fois suivante',
  'refusal.pull-token-other':
    'le jeton {name} a le mappage d’étendue {has}, et non {scopeMap} : nommez un autre jeton avec --token, ou omettez --scope-map',
  'refusal.pull-secret-foreign':
    'le Secret {name} du namespace {namespace} n’est pas un des nôtres : nommez-en un autre avec --name, ou supprimez-le d’abord',
  'refusal.pull-password-given':
    '--password-stdin est le secret du principal de service de --service-principal ; lui, et le mot de passe de l’administrateur (« longshore credential renew »), ne sont pas créés ici, donc --rotate ne va pas avec eux',
  'refusal.registry-unreachable': '{address} est injoignable ({reason}) : « longshore doctor » en cherche la cause.',
  'refusal.registry-refuses': '{address} répond {status} à {deed} : le compte, ses droits ou le nom du dépôt ne lui conviennent pas.',
  'refusal.registry-not-ready':
    '{address} répond {status} à {deed} : il est surchargé, plein ou en panne. Réessayez plus tard, ou demandez à qui l’exploite.',
}
