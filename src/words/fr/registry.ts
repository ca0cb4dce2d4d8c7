import type { registry as english } from '../en/registry.ts'
import type { Translation } from '../messages.ts'

export const registry: Translation<typeof english> = {
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
}
