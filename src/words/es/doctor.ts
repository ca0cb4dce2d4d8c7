import type { doctor as english } from '../en/doctor.ts'
import type { Translation } from '../messages.ts'

export const doctor: Translation<typeof english> = {
  'doctor.summary': 'Revisa todo lo que hay entre los clientes de esta máquina y el servidor, y dice cómo arreglarlo.',
  'doctor.more': `Revisa los nombres, los puertos, los proxies, los certificados y quién confía en ellos, el reloj, el disco, los archivos
abiertos, los permisos de la carpeta de datos, docker, podman, containerd y az. No cambia nada; debajo de cada problema
está la línea que lo arregla.

Con --fix hace lo que se puede deshacer a mano y no toca nada más (líneas del archivo hosts, permisos de la carpeta de datos,
copias del certificado de la autoridad, la dirección anterior que recuerda az); antes lo muestra y pregunta.

El servidor puede estar en marcha, parado o no existir aún; con --server es el de otra máquina y no hace falta una carpeta
de datos. Código de salida 1 si algo está mal; 0 si solo hay advertencias.

Ejemplos:
  longshore doctor
  longshore doctor --quiet
  longshore doctor --fix --yes
  longshore doctor --server https://registry.example.org --registry contoso --ca ca.pem
  longshore doctor --output json`,
  'doctor.server': 'revisar un servidor que está en otro sitio: https://host[:puerto]',
  'doctor.registry': 'registros de ese servidor cuyos nombres se buscan',
  'doctor.ca': 'archivo con la autoridad que firmó para ese servidor, si el sistema no confía en ella',
  'doctor.fix': 'arreglar lo que se puede arreglar sin riesgo',
  'doctor.yes': 'no preguntar',
  'doctor.quiet': 'decir solo lo que no está bien',
  'doctor.total':
    '{wrong, plural, =0 {Ningún problema} one {# problema} other {# problemas}}, {warnings, plural, =0 {ninguna advertencia} one {# advertencia} other {# advertencias}}.',
  'doctor.fixable': '«longshore doctor --fix» arregla {fixable}.',
  'doctor.plan': 'Se hará lo siguiente:',
  'doctor.ask': '¿Hacerlo? [s/N]',
  'doctor.nobody': 'No se cambió nada: no hay terminal donde preguntar; --yes lo hace sin preguntar.',
  'doctor.left': 'No se cambió nada.',
  'doctor.done': 'Hecho: {deed}',
  'doctor.undone': 'No se hizo ({reason}): {deed}',
  'doctor.do.hosts': 'mantener {lines, plural, one {# línea nuestra} other {# líneas nuestras}} en el archivo hosts, entre dos marcas',
  'doctor.do.close': 'poner los permisos de {path} en {mode}',
  'doctor.do.copy': 'copiar {from} a {to}',
  'doctor.do.set-aside': 'cambiar el nombre de {path} a {path}.before',
  'doctor.server-runs': 'El servidor responde en {of}.',
  'doctor.server-stopped': 'El servidor de {dataDir} está parado; los puertos, los nombres y el disco se revisan igualmente.',
  'doctor.server-silent': 'Nada responde en {of} ({reason}).',
  'doctor.server-stranger': 'Algo responde en {of}, pero no es este registro (estado {status}).',
  'doctor.server-absent': 'Todavía no hay ningún registro en {dataDir}.',
  'doctor.server-renamed': 'El servidor de {of} se llama {named} y envía allí a sus clientes: use esa dirección.',
  'doctor.folder-unusable': 'La carpeta de datos no se puede usar: {why}.',
  'doctor.name-found': '{of} se encuentra: {addresses}.',
  'doctor.name-unknown': '{of} no se encuentra: esta máquina no conoce por sí sola los nombres de ese dominio.',
  'doctor.name-elsewhere': '{of} lleva fuera de esta máquina, a {addresses}, y el servidor solo escucha en ella.',
  'doctor.name-without-ipv4': '{of} no tiene dirección IPv4 ({addresses}); «az acr check-health» pide una.',
  'doctor.port-ours': '{of} es nuestro ({flag}).',
  'doctor.port-free': '{of} está libre ({flag}).',
  'doctor.port-silent': 'El servidor está en marcha, pero no escucha en {of} ({flag}).',
  'doctor.port-taken': '{of} lo ocupa {holder}: ciérrelo o elija otra dirección con {flag}.',
  'doctor.port-not-permitted':
    'Este usuario no puede escuchar en {of}: los puertos por debajo de 1024 están reservados. Elija otro con {flag} o permítalo.',
  'doctor.port-not-here': '{of} no es una dirección de esta máquina: corrija {flag}.',
  'doctor.certificate-good': 'El certificado es válido hasta el {until}.',
  'doctor.certificate-ending': 'El certificado de {of} caduca el {until}.',
  'doctor.certificate-ended': 'El certificado de {of} caducó el {until}.',
  'doctor.certificate-early': 'El certificado de {of} solo es válido a partir del {from}: un reloj iba mal cuando se hizo, o va mal ahora.',
  'doctor.certificate-mistrusted': 'No se puede confiar en el certificado que se muestra para {of} ({why}).',
  'doctor.trust-system': 'Los programas del sistema confían en la autoridad local.',
  'doctor.trust-system-missing': 'Los programas del sistema no confían en la autoridad local; aquellos a los que se la indique, sí.',
  'doctor.trust-docker': 'Docker confía en la autoridad local.',
  'doctor.trust-docker-loopback': 'Docker no necesita certificado: los registros están en direcciones de bucle local.',
  'doctor.trust-docker-missing': 'Docker no confía en el certificado de {of}.',
  'doctor.trust-podman': 'Podman, buildah y skopeo confían en la autoridad local.',
  'doctor.trust-podman-missing': '{tool} no confía en el certificado de {of}.',
  'doctor.trust-containerd': 'containerd confía en la autoridad local ({of}).',
  'doctor.trust-containerd-missing': 'containerd no confía en el certificado de {of}.',
  'doctor.trust-az': 'az confía en la autoridad local ({of}).',
  'doctor.trust-az-missing': 'El comando az de este shell no confía en la autoridad local ({of}).',
  'doctor.trust-node': 'Node confía en la autoridad local ({of}).',
  'doctor.trust-node-missing': 'Los programas de Node de este shell no confían en la autoridad local ({of}).',
  'doctor.clock-good': 'Los relojes de esta máquina y del servidor coinciden (diferencia de {seconds} s).',
  'doctor.clock-off': 'El servidor se aparta {seconds} s del reloj de esta máquina; los tokens toleran 60.',
  'doctor.clock-unsynchronized': 'Nada pone en hora el reloj de esta máquina ({of}).',
  'doctor.disk-free': '{free} libres para {of}.',
  'doctor.disk-low': 'Solo {free} libres para {of}; por debajo de {floor} se rechazan los envíos.',
  'doctor.disk-syncs': 'Lo que se escribe en {of} llega al disco.',
  'doctor.disk-no-sync': 'No se pudo escribir y sincronizar un archivo en {of} ({reason}).',
  'doctor.disk-doubtful': '{of} está en {kind}: un corte de luz o de red puede hacer que se pierda lo ya confirmado. Use un disco local.',
  'doctor.disk-one': 'Todas las partes de {of} están en un mismo sistema de archivos.',
  'doctor.disk-split':
    'Las partes de {of} están en varios sistemas de archivos: las copias de seguridad copian cada byte y uno de ellos puede llenarse solo.',
  'doctor.descriptors-enough': 'El servidor puede tener {most} archivos abiertos.',
  'doctor.descriptors-few': 'El servidor solo puede tener {most} archivos abiertos; se aconsejan {enough}.',
  'doctor.modes-closed': 'Solo el usuario del servidor puede abrir {of}.',
  'doctor.modes-shared': 'Solo el usuario del servidor puede abrir {of}, y el grupo {group} lee allí los archivos de los blobs y nada más.',
  'doctor.modes-open': '{of} pueden abrirlo otros (permisos {is}, deberían ser {should}).',
  'doctor.docker-ready': 'Docker {version} responde.',
  'doctor.docker-desktop':
    'El motor de Docker Desktop es una máquina aparte, para la que localhost es ella misma: allí el primer registro es {host}. Los demás necesitan una dirección de esta máquina.',
  'doctor.docker-silent': 'El motor de Docker no responde.',
  'doctor.docker-not-permitted':
    'Este usuario no tiene acceso al motor de Docker: lo tienen root y los miembros del grupo docker, tras iniciar sesión de nuevo.',
  'doctor.docker-old': 'Docker {version} es demasiado antiguo: hace falta 18.03 o posterior para TLS 1.2.',
  'doctor.docker-config-broken': '{of} no es JSON tal como lo lee Docker.',
  'doctor.docker-helper-missing': '{of} nombra {helper}, que no está: todo docker login falla. Instálelo o quite esa entrada.',
  'doctor.docker-proxied': 'Según {of}, el motor de Docker envía {hosts} a un proxy. Ponga {list} en su NO_PROXY y reinícielo.',
  'doctor.docker-insecure': 'Según {of}, Docker acepta cualquier certificado de {host}; sin esa entrada lo comprueba.',
  'doctor.podman-ready': 'Nada estorba en la configuración de {of}.',
  'doctor.podman-blocked': '{of} bloquea {host}.',
  'doctor.podman-insecure': 'Según {of}, se acepta cualquier certificado de {host}.',
  'doctor.az-ours': 'El comando az de este shell tiene aquí la sesión iniciada ({of}).',
  'doctor.az-elsewhere': 'El comando az de este shell habla con {cloud}: un «az login» enviaría ahora la contraseña allí.',
  'doctor.az-stale': 'az recuerda otra dirección en {of}.',
  'doctor.az-signed-out': 'El comando az de este shell encuentra esta nube; nadie ha iniciado sesión ({of}).',
  'doctor.az-plain': 'No hay dirección HTTPS ({of}), y az no acepta otra.',
  'doctor.proxies-none': 'Este shell no nombra ningún proxy.',
  'doctor.proxies-spare-us': 'Al proxy de este shell ({of}) no se le piden nuestros nombres.',
  'doctor.proxies-take-us': 'Al proxy de este shell ({of}) se le piden {hosts}, que no puede alcanzar.',
}
