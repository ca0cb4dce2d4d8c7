import type { doctor as english } from '../en/doctor.ts'
import type { Translation } from '../messages.ts'

export const doctor: Translation<typeof english> = {
  'doctor.summary': 'Examine tout ce qui sépare les clients de cette machine du serveur et dit comment y remédier.',
  'doctor.more': `Examine les noms, les ports, les proxys, les certificats et qui leur fait confiance, l’horloge, le disque, les fichiers
ouverts, les droits du dossier de données, docker, podman, containerd et az. Rien n’est modifié ; sous chaque défaut
figure la ligne qui y remédie.

Avec --fix, fait ce qui peut être défait à la main et ne touche à rien d’autre (lignes du fichier hosts, droits du dossier
de données, copies du certificat de l’autorité, ancienne adresse retenue par az), après l’avoir montré et demandé.

Le serveur peut tourner, être arrêté ou ne pas exister encore ; avec --server, c’est celui d’une autre machine, et aucun
dossier de données n’est nécessaire. Code de sortie 1 si quelque chose ne va pas ; 0 s’il n’y a que des avertissements.

Exemples :
  longshore doctor
  longshore doctor --quiet
  longshore doctor --fix --yes
  longshore doctor --server https://registry.example.org --registry contoso --ca ca.pem
  longshore doctor --output json`,
  'doctor.server': 'examiner un serveur situé ailleurs : https://hôte[:port]',
  'doctor.registry': 'registres de ce serveur dont les noms sont cherchés',
  'doctor.ca': 'fichier de l’autorité qui a signé pour ce serveur, si le système ne la connaît pas',
  'doctor.fix': 'remédier à ce qui peut l’être sans risque',
  'doctor.yes': 'ne pas demander',
  'doctor.quiet': 'ne dire que ce qui ne va pas',
  'doctor.total':
    '{wrong, plural, =0 {Aucun défaut} one {# défaut} other {# défauts}}, {warnings, plural, =0 {aucun avertissement} one {# avertissement} other {# avertissements}}.',
  'doctor.fixable': '« longshore doctor --fix » en corrige {fixable}.',
  'doctor.plan': 'Voici ce qui sera fait :',
  'doctor.ask': 'Le faire ? [o/N]',
  'doctor.nobody': 'Rien n’a été modifié : pas de terminal où demander ; --yes s’en passe.',
  'doctor.left': 'Rien n’a été modifié.',
  'doctor.done': 'Fait : {deed}',
  'doctor.undone': 'Non fait ({reason}) : {deed}',
  'doctor.do.hosts': 'tenir {lines, plural, one {# ligne} other {# lignes}} à nous dans le fichier hosts, entre deux marques',
  'doctor.do.close': 'donner à {path} les droits {mode}',
  'doctor.do.copy': 'copier {from} vers {to}',
  'doctor.do.set-aside': 'renommer {path} en {path}.before',
  'doctor.server-runs': 'Le serveur répond à {of}.',
  'doctor.server-stopped': 'Le serveur de {dataDir} est arrêté ; ports, noms et disque sont examinés quand même.',
  'doctor.server-silent': 'Rien ne répond à {of} ({reason}).',
  'doctor.server-stranger': 'Quelque chose répond à {of}, mais ce n’est pas ce registre (statut {status}).',
  'doctor.server-absent': 'Il n’y a pas encore de registre dans {dataDir}.',
  'doctor.server-renamed': 'Le serveur joint à {of} se nomme {named} et y envoie ses clients : appelez-le à cette adresse.',
  'doctor.folder-unusable': 'Le dossier de données est inutilisable : {why}.',
  'doctor.name-found': '{of} est trouvé : {addresses}.',
  'doctor.name-unknown': '{of} est introuvable : cette machine ne connaît pas d’elle-même les noms de ce domaine.',
  'doctor.name-elsewhere': '{of} mène hors de cette machine, à {addresses}, et le serveur n’écoute que sur elle.',
  'doctor.name-without-ipv4': '{of} n’a pas d’adresse IPv4 ({addresses}) ; « az acr check-health » en demande une.',
  'doctor.port-ours': '{of} est à nous ({flag}).',
  'doctor.port-free': '{of} est libre ({flag}).',
  'doctor.port-silent': 'Le serveur tourne, mais n’écoute pas sur {of} ({flag}).',
  'doctor.port-taken': '{of} est pris par {holder} : arrêtez-le, ou choisissez une autre adresse avec {flag}.',
  'doctor.port-not-permitted':
    'Cet utilisateur ne peut pas écouter sur {of} : les ports sous 1024 sont réservés. Choisissez-en un autre avec {flag}, ou autorisez-le.',
  'doctor.port-not-here': '{of} n’est pas une adresse de cette machine : corrigez {flag}.',
  'doctor.certificate-good': 'Le certificat est valable jusqu’au {until}.',
  'doctor.certificate-ending': 'Le certificat de {of} expire le {until}.',
  'doctor.certificate-ended': 'Le certificat de {of} a expiré le {until}.',
  'doctor.certificate-early':
    'Le certificat de {of} n’est valable qu’à partir du {from} : une horloge était fausse quand il a été fait, ou l’est maintenant.',
  'doctor.certificate-mistrusted': 'Le certificat montré pour {of} n’est pas digne de confiance ({why}).',
  'doctor.trust-system': 'Les programmes du système font confiance à l’autorité locale.',
  'doctor.trust-system-missing': 'Les programmes du système ne font pas confiance à l’autorité locale ; ceux à qui vous l’indiquez, si.',
  'doctor.trust-docker': 'Docker fait confiance à l’autorité locale.',
  'doctor.trust-docker-loopback': 'Docker n’a pas besoin de certificat : les registres sont sur des adresses de bouclage.',
  'doctor.trust-docker-missing': 'Docker ne fait pas confiance au certificat de {of}.',
  'doctor.trust-podman': 'Podman, buildah et skopeo font confiance à l’autorité locale.',
  'doctor.trust-podman-missing': '{tool} ne fait pas confiance au certificat de {of}.',
  'doctor.trust-containerd': 'containerd fait confiance à l’autorité locale ({of}).',
  'doctor.trust-containerd-missing': 'containerd ne fait pas confiance au certificat de {of}.',
  'doctor.trust-az': 'az fait confiance à l’autorité locale ({of}).',
  'doctor.trust-az-missing': 'La commande az de ce shell ne fait pas confiance à l’autorité locale ({of}).',
  'doctor.trust-node': 'Node fait confiance à l’autorité locale ({of}).',
  'doctor.trust-node-missing': 'Les programmes Node de ce shell ne font pas confiance à l’autorité locale ({of}).',
  'doctor.clock-good': 'Les horloges de cette machine et du serveur concordent (écart de {seconds} s).',
  'doctor.clock-off': 'Le serveur a {seconds} s d’écart avec l’horloge de cette machine ; les jetons en tolèrent 60.',
  'doctor.clock-unsynchronized': 'Rien ne met à l’heure l’horloge de cette machine ({of}).',
  'doctor.disk-free': '{free} libres pour {of}.',
  'doctor.disk-low': 'Seulement {free} libres pour {of} ; sous {floor}, les envois sont refusés.',
  'doctor.disk-syncs': 'Ce qui est écrit dans {of} arrive sur le disque.',
  'doctor.disk-no-sync': 'Un fichier n’a pu être écrit et synchronisé dans {of} ({reason}).',
  'doctor.disk-doubtful':
    '{of} est sur {kind} : une coupure de courant ou de réseau peut faire perdre ce qui a été confirmé. Prenez un disque local.',
  'doctor.disk-one': 'Toutes les parties de {of} sont sur un même système de fichiers.',
  'doctor.disk-split':
    'Les parties de {of} sont sur plusieurs systèmes de fichiers : les sauvegardes copient chaque octet, et l’un d’eux peut être plein tout seul.',
  'doctor.descriptors-enough': 'Le serveur peut avoir {most} fichiers ouverts.',
  'doctor.descriptors-few': 'Le serveur ne peut avoir que {most} fichiers ouverts ; {enough} sont conseillés.',
  'doctor.modes-closed': 'Seul l’utilisateur du serveur peut ouvrir {of}.',
  'doctor.modes-shared':
    'Seul l’utilisateur du serveur peut ouvrir {of}, et le groupe {group} y lit les fichiers des blobs et rien d’autre.',
  'doctor.modes-open': '{of} peut être ouvert par d’autres (droits {is}, attendus {should}).',
  'doctor.docker-ready': 'Docker {version} répond.',
  'doctor.docker-desktop':
    'Le moteur de Docker Desktop est une machine à part, pour laquelle localhost est elle-même : le premier registre y est {host}. Les autres ont besoin d’une adresse de cette machine.',
  'doctor.docker-silent': 'Le moteur Docker ne répond pas.',
  'doctor.docker-not-permitted':
    'Cet utilisateur n’a pas accès au moteur Docker : root l’a, et les membres du groupe docker, une fois leur session rouverte.',
  'doctor.docker-old': 'Docker {version} est trop ancien : il faut 18.03 ou plus pour TLS 1.2.',
  'doctor.docker-config-broken': '{of} n’est pas du JSON tel que Docker le lit.',
  'doctor.docker-helper-missing':
    '{of} nomme {helper}, qui n’est pas là : tout docker login échoue. Installez-le, ou retirez cette entrée.',
  'doctor.docker-proxied': 'D’après {of}, le moteur Docker envoie {hosts} à un proxy. Mettez {list} dans son NO_PROXY, puis relancez-le.',
  'doctor.docker-insecure': 'D’après {of}, Docker accepte tout certificat de {host} ; sans cette entrée, il vérifie.',
  'doctor.podman-ready': 'Rien ne gêne dans la configuration de {of}.',
  'doctor.podman-blocked': '{of} bloque {host}.',
  'doctor.podman-insecure': 'D’après {of}, tout certificat de {host} est accepté.',
  'doctor.az-ours': 'La commande az de ce shell est connectée ici ({of}).',
  'doctor.az-elsewhere': 'La commande az de ce shell parle à {cloud} : un « az login » y enverrait maintenant le mot de passe.',
  'doctor.az-stale': 'az retient une autre adresse dans {of}.',
  'doctor.az-signed-out': 'La commande az de ce shell trouve ce cloud ; personne n’est connecté ({of}).',
  'doctor.az-plain': 'Il n’y a pas d’adresse HTTPS ({of}), et az n’en accepte pas d’autre.',
  'doctor.proxies-none': 'Ce shell ne nomme aucun proxy.',
  'doctor.proxies-spare-us': 'Le proxy de ce shell ({of}) n’est pas sollicité pour nos noms.',
  'doctor.proxies-take-us': 'Le proxy de ce shell ({of}) est sollicité pour {hosts}, qu’il ne peut pas atteindre.',
}
