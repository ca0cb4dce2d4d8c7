import type { server as english } from '../en/server.ts'
import type { Translation } from '../messages.ts'

export const server: Translation<typeof english> = {
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

  'serve.doctor': 'Si quelque chose ne marche pas, ou si un autre registre est introuvable : « longshore doctor » dit comment y remédier.',

  'env.unfound': '{names} : cette machine ne trouve pas ce nom d’elle-même ; « longshore doctor » dit que faire.',
}
