import type { kubernetes as english } from '../en/kubernetes.ts'
import type { Translation } from '../messages.ts'

export const kubernetes: Translation<typeof english> = {
  'kubernetes.summary': 'Comment les nœuds d’un cluster Kubernetes tirent d’un registre.',
  'kubernetes.more': `Ces commandes demandent l’accès au dossier des données ; celles qui changent un cluster passent par votre kubectl.

Exemples :
  longshore kubernetes attach --registry contoso --namespace shop
  longshore kubernetes pull-secret --registry contoso --namespace shop --apply
  longshore kubernetes check --registry contoso --namespace shop`,
  'kubernetes.context': 'quel cluster, par son nom dans le kubeconfig (par défaut : le cluster courant)',
  'kubernetes.kubeconfig': 'le kubeconfig à utiliser (par défaut : celui de kubectl)',
  'kubernetes.name': 'nom du Secret (par défaut : longshore-REGISTRE)',
  'kubernetes.server': 'autres noms du registre dans les images, hôte[:port] ; son serveur de connexion y est toujours',
  'kubernetes.days': 'durée du mot de passe : de 1 à 36500 jours',
  'kubernetes.rotate': 'créer un nouveau mot de passe ; celui d’avant reste bon jusqu’à la fois suivante',
  'kubernetes.pull-secret.summary': 'Créer un mot de passe pour tirer, et l’afficher comme Secret de Kubernetes.',
  'kubernetes.pull-secret.more': `Qui tire est un jeton du registre (créé s’il n’y en a pas), un principal de service (créé avec AcrPull s’il n’y en a pas), ou
l’administrateur. Seul le Secret va sur la sortie standard. Une seconde fois demande --rotate, car personne ne peut redire un mot
de passe ; avec --apply, le Secret du cluster est regardé, et reste tel quel tant que son mot de passe est bon.

Exemples :
  longshore kubernetes pull-secret --registry contoso --namespace shop --apply
  longshore kubernetes pull-secret --token shop --scope-map shop-images | kubectl apply --server-side -f -
  longshore kubernetes pull-secret --service-principal cluster-one --server registry.example.org:5443
  longshore kubernetes pull-secret --namespace shop --apply --rotate`,
  'kubernetes.pull-secret.token': 'jeton du registre (par défaut : kubernetes-NAMESPACE)',
  'kubernetes.pull-secret.scope-map': 'mappage d’étendue du jeton créé (par défaut : _repositories_pull)',
  'kubernetes.pull-secret.principal': 'principal de service : id d’application, id d’objet, ou un nom ; celui qui est créé porte ce nom',
  'kubernetes.pull-secret.password-stdin': 'lire le secret du principal de service sur l’entrée standard au lieu d’en créer un',
  'kubernetes.pull-secret.admin': 'l’administrateur, qui peut tout dans le registre',
  'kubernetes.pull-secret.namespace': 'namespace du Secret (par défaut : celui de kubectl)',
  'kubernetes.pull-secret.apply': 'mettre le Secret dans le cluster par kubectl au lieu de l’afficher',
  'kubernetes.pull-secret.output': 'forme : yaml (par défaut) ou json ; avec --apply, json dit ce qui a été fait',
  'kubernetes.attach.summary':
    'Laisser tirer les pods de namespaces : un principal de service avec AcrPull, son Secret, et des comptes de service qui s’en servent.',
  'kubernetes.attach.more': `Tout est d’abord essayé à blanc auprès du cluster. Une seconde fois ne change que ce qui manque. « longshore kubernetes detach » le défait.

Exemples :
  longshore kubernetes attach --registry contoso
  longshore kubernetes attach --registry contoso --namespace shop bank --service-account default builder
  longshore kubernetes attach --registry contoso --namespace shop --rotate`,
  'kubernetes.attach.namespace': 'les namespaces qui tirent',
  'kubernetes.attach.account': 'dans chacun, les comptes de service dont les pods tirent',
  'kubernetes.attach.principal': 'nom du principal de service (par défaut : kubernetes-CLUSTER)',
  'kubernetes.attach.cluster': 'comment le cluster s’appelle ici (par défaut : le début de l’id de son namespace kube-system)',
  'kubernetes.attach.next':
    'Les pods créés à partir de maintenant tirent avec lui ; ceux qui existent gardent ce qu’ils avaient. « longshore kubernetes check --registry {registry} » interroge les nœuds.',
  'kubernetes.detach.summary':
    'Défaire attach : les comptes de service, le Secret, son mot de passe, et avec le dernier le droit et le principal de service.',
  'kubernetes.detach.more': `Exemples :
  longshore kubernetes detach --registry contoso --namespace shop`,
  'kubernetes.detach.rest': 'Les images qu’un nœud a déjà y restent, et y tournent encore.',
  'kubernetes.made.token': 'Créé : le jeton {name} avec le mappage d’étendue {scopeMap}.',
  'kubernetes.made.principal': 'Créé : le principal de service {name} (application {appId}).',
  'kubernetes.made.role': 'Donné : AcrPull sur le registre {registry} à {name}.',
  'kubernetes.made.password': 'Créé : un mot de passe pour {name}, bon jusqu’au {until}.',
  'kubernetes.made.secret': 'Mis dans le cluster : le Secret {name} du namespace {namespace}.',
  'kubernetes.made.account': 'Le compte de service {name} du namespace {namespace} tire avec {secret}.',
  'kubernetes.taken.account': 'Le compte de service {name} du namespace {namespace} ne s’en sert plus.',
  'kubernetes.taken.secret': 'Supprimé : le Secret {name} du namespace {namespace}.',
  'kubernetes.taken.password': 'Terminé : le mot de passe de {name} pour le namespace {namespace}.',
  'kubernetes.taken.role': 'Retiré : AcrPull à {name}.',
  'kubernetes.taken.principal': 'Supprimé : le principal de service {name}.',
  'kubernetes.unchanged': 'Le Secret {name} du namespace {namespace} est bon tel quel.',
  'kubernetes.rotated': 'Le mot de passe d’avant reste bon jusqu’au prochain --rotate.',
  'kubernetes.undo': 'Pour défaire : « {command} »',
  'kubernetes.admin-warning':
    'l’administrateur peut tout pousser et tout supprimer, avec le même mot de passe pour tous : un jeton ou un principal de service se retire seul',
  'kubernetes.loopback':
    'un nœud ne trouve {server} que s’il est cette machine : réglez publicUrl (LONGSHORE_PUBLIC_URL), ou nommez avec --server ce que disent les nœuds',
  'kubernetes.check.summary': 'Demander aux nœuds de tirer : trouvent-ils le registre, croient-ils son certificat, en ont-ils le droit.',
  'kubernetes.check.more': `Sur chaque nœud un pod veut une image qui n’existe pas : un nœud à qui le registre le dit pourrait en tirer une qui existe. Rien ne
tourne, et les pods sont supprimés. Un compte limité à des dépôts en demande un dans --image.

Exemples :
  longshore kubernetes check --registry contoso --namespace shop
  longshore kubernetes check --node worker-1 worker-2 --image shop/web:v1 --secret longshore-contoso`,
  'kubernetes.check.namespace': 'namespace des pods (par défaut : celui de kubectl)',
  'kubernetes.check.node': 'seulement ces nœuds (par défaut : tous)',
  'kubernetes.check.image': 'ce qui est demandé : un dépôt, ou avec une étiquette qui existe une image que chaque nœud tire',
  'kubernetes.check.secret': 'le Secret à présenter (par défaut : ceux du compte de service default)',
  'kubernetes.check.seconds': 'combien de temps attendre chaque nœud',
  'kubernetes.check.none': 'Le cluster n’a aucun nœud.',
  'kubernetes.check.node-name': 'Nœud',
  'kubernetes.check.server-name': 'Registre',
  'kubernetes.check.outcome': 'Résultat',
  'kubernetes.check.is.pulls': 'peut tirer',
  'kubernetes.check.is.name': 'ne trouve pas le nom : son DNS, ou une ligne de son fichier hosts',
  'kubernetes.check.is.trust': 'ne croit pas le certificat : donnez l’autorité au nœud',
  'kubernetes.check.is.plain':
    'veut HTTPS là où le registre parle HTTP : donnez HTTPS au registre, ou nommez-le dans le hosts.toml de containerd',
  'kubernetes.check.is.away': 'n’atteint pas le registre : un pare-feu, une route, ou le port',
  'kubernetes.check.is.login': 'est refusé : pas de Secret, un mot de passe faux ou fini, ou pas le droit de tirer ce dépôt',
  'kubernetes.check.is.busy': 'le registre est occupé : réessayez plus tard',
  'kubernetes.check.is.other': 'dit autre chose, voir plus bas',
  'kubernetes.check.is.silent': 'n’a pas répondu à temps : le nœud est-il prêt ?',
}
