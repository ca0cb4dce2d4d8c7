import type { settings as english } from '../en/settings.ts'
import type { Translation } from '../messages.ts'

export const settings: Translation<typeof english> = {
  'setting.store':
    'dónde están los hechos: sqlite para un archivo de la carpeta de datos, o postgres://user@host:port/database para varios servidores',
  'setting.storePasswordFile': 'archivo con la contraseña de ese usuario; se lee de nuevo en cada conexión nueva',
  'setting.storeConnections': 'conexiones a esa base que este servidor mantiene, como mucho',
  'setting.storeTimeout': 'cuánto puede tardar allí una instrucción antes de pedir a su solicitud que vuelva',
  'setting.secretKeyFile':
    'archivo de la clave secreta; los servidores de una misma base tienen la misma. Por defecto keys/secret.key de la carpeta de datos',
  'setting.blobs':
    'dónde están los bytes de los blobs: files (la carpeta de datos), s3://BUCKET/PREFIJO?region=…&endpoint=…, o azblob://CUENTA/CONTENEDOR/PREFIJO?endpoint=…; lo que estaba en otro sitio se sigue leyendo allí',
  'setting.blobsKeyFile':
    'un archivo con la clave de la cuenta de almacenamiento, o con una firma de acceso compartido, para azblob://; sin él AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN, o la identidad de la carga de trabajo o de la máquina',
  'setting.http': 'dónde servir HTTP: host:puerto, u off',
  'setting.https': 'dónde servir HTTPS: host:puerto, u off',
  'setting.admin': 'dónde servir el estado y las medidas: host:puerto, u off',
  'setting.publicUrl': 'la dirección que usan los clientes, si hay un proxy delante: https://host[:puerto]',
  'setting.domain': 'el dominio de los registros: cada uno está en <nombre>.<dominio>',
  'setting.names': 'más nombres de host a los que responde el servidor, separados por comas; *.dominio para todo lo que está debajo',
  'setting.trustedProxies': 'direcciones o redes cuyas cabeceras X-Forwarded se creen, separadas por comas',
  'setting.corsOrigins':
    'orígenes cuyas páginas pueden llamar a los registros desde un navegador, separados por comas, como https://portal.example.org',
  'setting.passwordFile':
    'archivo para las contraseñas que crea el primer arranque (modo 0400), - para la salida estándar; de forma predeterminada se muestran en un terminal o, si no lo hay, se guardan en first-passwords de la carpeta de datos',
  'setting.tlsCert': 'archivo PEM con su certificado y su cadena; se lee de nuevo cuando cambia',
  'setting.tlsKey': 'archivo PEM con su clave privada',
  'setting.sparse': 'si un manifiesto puede nombrar lo que no está: off, index (los hijos de un índice) o all',
  'setting.storageLimit': 'bytes como máximo del registro que crea el primer arranque; después «registry update --storage-limit»',
  'setting.largestBlob': 'el blob más grande',
  'setting.smallBlob': 'hasta este tamaño, un blob está en la base de datos; 0 para nunca',
  'setting.blobOffload':
    'nginx:/PREFIJO/ deja que un nginx que es proxy de confianza envíe él mismo los archivos de los blobs, bajo su ubicación interna /PREFIJO/; u off',
  'setting.blobOffloadGroup': 'nombre o número del grupo de ese nginx: puede leer objects/ de la carpeta de datos, y nada más en ella',
  'setting.blobDownloads':
    'cómo obtienen los clientes los blobs de un bucket: served, por este servidor, o signed, por enlaces al bucket mismo, para todos los registros o signed:NOMBRE,NOMBRE',
  'setting.blobRedirect': 'qué hace un punto de datos con una cabecera Authorization: lenient no la mira, strict la rechaza como Azure',
  'setting.diskFloor': 'no acepta subidas mientras quede menos que esto en el disco',
  'setting.gcInterval': 'tiempo entre dos pasadas de la recogida',
  'setting.gcLease': 'cuánto se retiene lo subido o confirmado sin un manifiesto que lo nombre',
  'setting.gcDelay': 'tiempo entre el fin de la última retención y el borrado de los bytes',
  'setting.uploadLife': 'cuánto puede reposar una subida antes de abandonarse',
  'setting.historyLife': 'cuánto se conservan los eventos, y lo que una etiqueta señalaba antes',
  'setting.historyMost': 'cuántos eventos se conservan como máximo de cada registro, y cuántos valores anteriores de sus etiquetas',
  'setting.maxRequests': 'peticiones atendidas a la vez; las demás esperan',
  'setting.maxRequestsPerAddress': 'de ellas, como máximo tantas de una misma dirección',
  'setting.maxTransfers': 'cuerpos que llegan y respuestas que salen a la vez, de quienes iniciaron sesión',
  'setting.maxTransfersPerAddress': 'de ellos, como máximo tantos de una misma dirección',
  'setting.maxUnauthenticated': 'lo mismo para quienes no iniciaron sesión',
  'setting.maxConnections': 'conexiones abiertas; menos si el sistema permite menos archivos abiertos',
  'setting.maxConnectionsPerAddress': 'de ellas, como máximo tantas de una misma dirección; un proxy de confianza no tiene este límite',
  'setting.maxOpenUploads': 'subidas cuyo archivo se mantiene abierto; las que reposan se cierran y se vuelven a abrir',
  'setting.maxUploads':
    'subidas sin terminar de un mismo usuario en un registro; a partir de ahí termina la que lleva más tiempo en reposo',
  'setting.maxWait': 'cuánto espera una petición antes de que se le pida volver más tarde',
  'setting.slowClient': 'un cliente debe enviar o leer 1 KiB por segundo durante este tiempo',
  'setting.hsts':
    'qué se dice a los navegadores con un certificado propio: host (solo HTTPS, para este host), subdomains (y todo lo de debajo) u off',
  'setting.servers': 'hilos que atienden a los clientes, de 1 a 8, o auto: uno solo con dos núcleos o menos; si no, uno por núcleo',
  'setting.passwordThreads': 'hilos que comprueban contraseñas, de 1 a 4; las descargas y subidas no los esperan',
  'setting.shutdownGrace': 'cuánto pueden seguir las peticiones después de una señal de parada',
  'setting.logLevel': 'silent, error, info o debug',
}
