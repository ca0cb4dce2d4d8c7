import type { speed as english } from '../en/speed.ts'
import type { Translation } from '../messages.ts'

export const speed: Translation<typeof english> = {
  'speed.summary': 'Mesure la latence et les débits d’ici à un registre.',
  'speed.more': `Envoie des octets aléatoires comme couches qu’aucun manifeste ne nomme, par plusieurs connexions, les relit, les compare et
les supprime. S’arrête quand les octets ou les secondes sont épuisés. Sans adresse, c’est le registre du dossier de données,
en tant qu’administrateur ; avec une adresse, n’importe quel registre, celui d’Azure aussi, avec --user ou tel que docker y est
connecté.

Les débits comptent les octets confirmés par le registre (1 Mio = 1 048 576 octets ; 1 Mbit = 1 000 000 bits).

Exemples :
  longshore speed
  longshore speed --size 1GiB --connections 8
  longshore speed myregistry.azurecr.io --repository speed
  longshore speed https://registry.example.org --user ci --password-stdin`,
  'speed.address': 'un registre situé ailleurs : https://hôte[:port] ou hôte[:port]',
  'speed.user': 'se connecter sous ce nom ; le mot de passe vient de l’entrée standard',
  'speed.password-stdin': 'lire le mot de passe sur l’entrée standard',
  'speed.ca': 'fichier de l’autorité qui a signé pour ce registre, si le système ne la connaît pas',
  'speed.repository': 'où envoyer les octets (par défaut : longshore-speed)',
  'speed.size': 'combien envoyer et relire (par défaut : 64MiB ; 10GiB au plus)',
  'speed.seconds': 'durée maximale de chaque sens (par défaut : 10)',
  'speed.connections': 'combien à la fois (par défaut : 4)',
  'speed.registry': 'Registre',
  'speed.connections.row': 'Connexions',
  'speed.latency': 'Latence',
  'speed.upload': 'Envoi',
  'speed.download': 'Réception',
  'speed.milliseconds': '{median} ms, médiane de {requests, plural, one {# requête} other {# requêtes}} (de {fastest} à {slowest} ms)',
  'speed.rate': '{rate} ({bits}) : {bytes} en {seconds} s',
  'speed.left':
    '{count, plural, one {# couche n’a pu être supprimée} other {# couches n’ont pu être supprimées}} de {repository}. {count, plural, one {Rien ne la nomme, la collecte du registre la prendra.} other {Rien ne les nomme, la collecte du registre les prendra.}}',
}
