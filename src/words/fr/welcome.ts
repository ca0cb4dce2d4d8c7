import type { welcome as english } from '../en/welcome.ts'
import type { Translation } from '../messages.ts'

export const welcome: Translation<typeof english> = {
  title: 'Vous êtes chez Longshore',
  lead: 'Un registre de conteneurs avec le plan de contrôle d’Azure Container Registry, sur cette machine. Cette adresse est destinée aux programmes ; il n’y a rien à remplir ici.',
  push: 'Pousser une image',
  control: 'Gérer les registres avec az',
  trust: 'Si un client ne fait pas confiance au certificat, donnez-lui l’autorité : « {program} ca --path » dit où elle se trouve.',
  help: 'Si quelque chose ne marche pas : « {program} doctor » cherche la raison et donne la ligne qui y remédie.',
}
