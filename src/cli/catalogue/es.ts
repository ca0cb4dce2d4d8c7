import type { Catalogue } from './en.ts'
import { doctorEs } from './doctor-es.ts'
import { identityEs } from './identity-es.ts'
import { speedEs } from './speed-es.ts'

export const es: Catalogue = {
  'program.summary': 'Longshore: todo Azure Container Registry en sus propias máquinas.',
  'program.more': `Para empezar:
  longshore serve                      arranca el registro; el primer arranque muestra su dirección y su contraseña
  longshore credential show            muestra otra vez la contraseña
  longshore config                     muestra cada ajuste y de dónde viene su valor

Los datos están en una sola carpeta: --data-dir, o LONGSHORE_DATA_DIR, o longshore bajo XDG_DATA_HOME (~/.local/share).
Las órdenes actúan sobre esa carpeta, esté su servidor en marcha o no.
Códigos de salida: 0 hecho · 1 no hecho, o se encontró un defecto · 2 línea de órdenes o configuración incorrecta.`,

  'size.point': ',',
  'size.byte': 'B',
  'usage.options': '[opciones]',
  'usage.command': '[orden]',
  'heading.usage': 'Uso:',
  'heading.options': 'Opciones:',
  'heading.arguments': 'Argumentos:',
  'heading.commands': 'Órdenes:',
  'heading.settings': 'Ajustes (variable de entorno, valor por defecto):',

  'option.help': 'muestra esta ayuda',
  'option.version': 'muestra la versión',
  'option.data-dir': 'la carpeta con los datos del registro (LONGSHORE_DATA_DIR)',
  'option.config': 'archivo YAML de ajustes (LONGSHORE_CONFIG; por defecto: longshore.yaml en la carpeta de datos)',
  'option.output': 'cómo mostrar: table (por defecto) para personas, json para guiones',
  'option.registry': 'nombre del registro (por defecto: local)',

  'serve.summary': 'Arranca el registro y lo sirve hasta que se detenga.',
  'serve.more': `El primer arranque crea la carpeta de datos, un administrador y una autoridad de certificación local, y muestra
en la salida estándar lo necesario para entrar y subir una imagen. Los arranques siguientes muestran una línea. El
registro de sucesos (JSON) va a la salida de errores. SIGTERM o Ctrl-C detiene con orden dentro de --shutdown-grace;
una segunda señal detiene en el acto.

Una opción prevalece sobre su variable de entorno, esta sobre el archivo YAML, y este sobre el valor por defecto.

Ejemplos:
  longshore serve
  longshore serve --data-dir /srv/longshore --http 0.0.0.0:5000 --names registry.example.com
  longshore serve --https 0.0.0.0:443 --tls-cert server.pem --tls-key server.key
  longshore serve 2>longshore.log`,
  'serve.first': 'Longshore ha creado el registro «{registry}» y está en marcha.',
  'serve.addresses': 'Direcciones',
  'serve.admin': 'Para operadores',
  'serve.user': 'Usuario',
  'serve.password': 'Contraseña',
  'serve.passwords': 'Contraseñas',
  'serve.owner': 'Propietario (az login)',
  'serve.data': 'Datos',
  'serve.ca': 'CA para HTTPS',
  'serve.try': 'Para subir una imagen:',
  'serve.tryAz': 'O con az:',
  'serve.again':
    'Las contraseñas no se vuelven a mostrar: «longshore credential show» dice la del usuario, «longshore identity user reset-password owner» hace una nueva para el propietario.',
  'serve.kept':
    'Las contraseñas están solo en ese archivo (modo 0400): bórrelo cuando las tenga. Después, «longshore credential show» vuelve a mostrar la del usuario y «longshore identity user reset-password owner» crea otra para el propietario.',
  'serve.running': 'Longshore está en marcha en {addresses} con los datos en {dataDir}',

  'config.summary': 'Muestra cada ajuste, su valor y de dónde viene.',
  'config.more': `Toma las mismas opciones que «serve» y no arranca nada; un valor incorrecto se dice por su nombre (código de
salida 2). Los secretos no se muestran.

Ejemplos:
  longshore config
  longshore config --config longshore.yaml --output json`,
  'config.setting': 'ajuste',
  'config.value': 'valor',
  'config.source': 'origen',

  'credential.summary': 'Las contraseñas del administrador.',
  'credential.more': `Ejemplos:
  longshore credential show
  longshore credential renew --password-name password2`,
  'credential.show.summary': 'Muestra el administrador y sus dos contraseñas.',
  'credential.show.more': `El JSON es el de «az acr credential show».

Ejemplos:
  longshore credential show
  longshore credential show --output json | jq -r '.passwords[0].value'`,
  'credential.renew.summary': 'Crea una contraseña nueva en uno de los dos lugares.',
  'credential.renew.more': `La contraseña anterior, y todo token obtenido con ella, termina en la siguiente petición. Para cambiar sin
interrupción: renueve password2, désela a los clientes y después renueve password.

Ejemplos:
  longshore credential renew --password-name password`,
  'credential.renew.slot': 'cuál de las dos: password o password2',

  'ca.summary': 'El certificado de la autoridad local que firma para HTTPS.',
  'ca.more': `La autoridad se crea en el primer arranque y solo puede firmar para los nombres de este servidor. Los clientes
confían en su certificado; para Docker, en /etc/docker/certs.d/<host>:<puerto>/ca.crt. Un servidor en marcha conoce sus
nombres; para renovar con el servidor parado, dé los mismos --names que a «serve».

Ejemplos:
  longshore ca --path
  curl --cacert "$(longshore ca --path)" https://localhost:5443/v2/
  longshore ca --renew`,
  'ca.path': 'muestra solo la ruta del certificado de la autoridad',
  'ca.renew': 'crea otra autoridad; los clientes deben confiar en la nueva',
  'ca.file': 'Certificado',
  'ca.subject': 'Sujeto',
  'ca.until': 'Válido hasta',
  'ca.renewed': 'Se ha creado una autoridad nueva: los clientes que confiaban en la anterior deben confiar ahora en esta.',

  'env.summary': 'Mostrar lo que az y los SDK de Azure necesitan en el entorno para encontrar este servidor y confiar en él.',
  'env.more': `Escribe una línea por variable, para que la ejecute el intérprete de órdenes. Después, el próximo «az login» funciona: la nube
se encuentra por ARM_CLOUD_METADATA_URL, y el certificado se acepta gracias a un archivo de la carpeta de datos que contiene
también las raíces del sistema. az recibe allí un perfil propio, salvo que AZURE_CONFIG_DIR ya esté definida. Un servidor en
marcha conoce sus direcciones; para uno detenido, dé los mismos ajustes que a «serve».

Ejemplos:
  eval "$(longshore env)"
  longshore env --shell fish | source
  longshore env --shell powershell | Out-String | Invoke-Expression`,
  'env.shell': 'para qué intérprete: sh (predeterminado; también bash y zsh), fish o powershell',
  'env.plain': 'aviso: este servidor no tiene dirección HTTPS, y az no acepta otra: ajuste --https, o --public-url del proxy',
  'hosts.summary': 'Mostrar las líneas que un archivo hosts necesita para los nombres de los registros.',
  'hosts.more': `Cada registro se alcanza como <name>.<domain>, su punto de datos como <name>.<location>.data.<domain>. Donde nadie responde por
ese dominio (no todos los sistemas conocen los nombres debajo de localhost), el archivo hosts debe nombrar cada uno; repita esta
orden cuando se cree o se borre un registro, o cuando reciba un punto de datos.

Ejemplos:
  longshore hosts
  longshore hosts --write
  longshore hosts --write ./hosts`,
  'hosts.write': 'mantener las líneas en este archivo, entre dos marcas (predeterminado: el archivo hosts del sistema); el resto no cambia',
  'hosts.written': '{path} está al día ahora.',
  'hosts.current': '{path} estaba al día.',

  'registry.summary': 'Lo que está activado en el registro.',
  'registry.more': `Ejemplos:
  longshore registry show
  longshore registry update --anonymous-pull-enabled true`,
  'registry.show.summary': 'Muestra el registro.',
  'registry.show.more': `Ejemplos:
  longshore registry show --output json`,
  'registry.list.summary': 'Listar los registros.',
  'registry.list.more': `Ejemplos:
  longshore registry list
  longshore registry list --output json`,
  'registry.update.summary': 'Cambia el registro; un servidor en marcha lo sigue en la siguiente petición.',
  'registry.update.more': `Ejemplos:
  longshore registry update --admin-enabled false
  longshore registry update --anonymous-pull-enabled true --storage-limit 500GiB`,
  'registry.update.admin': 'si el administrador puede entrar',
  'registry.update.anonymous': 'si todos pueden bajar sin entrar',
  'registry.update.rates': 'off, o tier: los ritmos de peticiones del nivel del registro',
  'registry.update.children':
    'kept, o free: si un manifiesto que pertenece a un índice etiquetado se puede borrar por sí solo (free: como en Azure)',
  'registry.update.limit': 'bytes guardados como máximo: none, o un número con KiB, MiB, GiB o TiB',

  ...identityEs,
  ...doctorEs,
  ...speedEs,

  'usage.summary': 'Cuánto hay guardado.',
  'usage.more': `«Usado» es lo que los manifiestos nombran, cada digest una vez. «Sin referencia» es lo que ningún manifiesto nombra
todavía, o ya no nombra; se recoge cuando termina su plazo. «Reservado» es el lugar que ocupan las subidas en curso.
«Descartado» sigue en el disco hasta que acaba su plazo. El límite cuenta lo usado y lo reservado; lo demás dispone de otro tanto.

Ejemplos:
  longshore usage
  longshore usage --output json`,
  'usage.registry': 'Registro',
  'usage.used': 'Usado',
  'usage.unreferenced': 'Sin referencia',
  'usage.reserved': 'Reservado',
  'usage.condemned': 'Descartado',
  'usage.limit': 'Límite',
  'usage.none': 'ninguno',
  'usage.free': 'Libre en el disco',
  'count.repositories': 'Repositorios',
  'count.manifests': 'Manifiestos',
  'count.tags': 'Etiquetas',
  'count.blobs': 'Blobs',
  'count.uploads': 'Subidas abiertas',

  'gc.summary': 'Recoge ahora lo que ya nada retiene, o dice qué retiene un digest.',
  'gc.more': `El servidor recoge por sí mismo (--gc-interval); esto es una pasada inmediata, con los mismos plazos de seguridad: lo
que se subió o se confirmó hace poco tiene un plazo (--gc-lease), y los bytes solo se borran un tiempo después de que nada
los retenga (--gc-delay).

Ejemplos:
  longshore gc
  longshore gc --explain sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08`,
  'gc.explain': 'dice qué retiene este digest y hasta cuándo; no recoge nada',
  'gc.reviewed': 'Examinados',
  'gc.condemned': 'Ya no retenidos',
  'gc.deleted': 'Borrados del disco',
  'gc.uploads': 'Subidas caducadas',
  'explain.unknown': 'El registro {registry} no conoce {digest}.',
  'explain.held': '{digest} está retenido y no se recogerá.',
  'explain.free': 'Ya nada retiene {digest}; se recogerá.',
  'explain.absent': 'El registro {registry} no tiene {digest}; un manifiesto lo nombra.',
  'explain.tagged': 'Es un manifiesto de {repository}, con las etiquetas {tags}.',
  'explain.untagged': 'Es un manifiesto de {repository}, sin etiqueta.',
  'explain.named': 'El manifiesto {manifest} de {repository} lo nombra.',
  'explain.lease': '{repository} puede leerlo; su plazo dura hasta {leaseUntil}.',
  'explain.lease-over': '{repository} puede leerlo; su plazo terminó a las {leaseUntil}.',
  'explain.review': 'La recogida volverá a mirar el enlace de {repository} después de {reviewAfter}.',
  'explain.object': 'Sus bytes son el objeto {objectId} ({bytes}), estado {state}.',
  'explain.condemned': 'El objeto {objectId} ({bytes}) fue condenado a las {condemnedAt}; sus bytes se borran después de {deletedAfter}.',

  'scrub.summary': 'Lee de nuevo todos los bytes guardados, los compara con sus digests y hace que la base de datos se revise.',
  'scrub.more': `Lo dañado deja de servirse; la próxima subida del mismo digest lo repara. Los archivos que no pertenecen a nada se
listan y se dejan donde están. Una base de datos dañada debe sustituirse por una copia. Lee todo, junto al servidor en
marcha. Código de salida 1 cuando se encontró un defecto.

Ejemplos:
  longshore scrub
  longshore scrub --output json`,
  'scrub.objects': 'Objetos leídos',
  'scrub.manifests': 'Manifiestos leídos',
  'scrub.bytes': 'Bytes leídos',
  'scrub.bad': 'Defectuosos',
  'scrub.missing': 'falta',
  'scrub.corrupt': 'dañado',
  'scrub.database': 'Base de datos',
  'scrub.sound': 'sana',
  'scrub.strangers': 'Archivos de nadie',

  'backup.summary': 'Copia todo el registro en una carpeta nueva mientras se usa.',
  'backup.more': `La carpeta debe estar vacía o no existir; aparece con su nombre solo cuando está completa. Los objetos son enlaces
duros si la carpeta está en el mismo sistema de archivos (rápido, sin ocupar lugar; copie entonces la carpeta a otro disco),
y copias si no. La escribe el servidor en marcha, que debe tener permiso. La carpeta contiene la clave de las contraseñas:
guárdela con el mismo cuidado que los datos. Código de salida 1 cuando faltaban o estaban dañados los bytes
de algún digest.

Ejemplos:
  longshore backup /backups/monday
  longshore backup /backups/monday --output json`,
  'backup.folder': 'adónde; vacía o inexistente',
  'backup.path': 'Copia',
  'backup.objects': 'Objetos',
  'backup.how': 'enlazados {linked}, copiados {copied}',
  'backup.bytes': 'Bytes',
  'backup.missing': 'Falta',
  'backup.damaged': 'Dañado',

  'restore.summary': 'Llena una carpeta de datos vacía a partir de una copia.',
  'restore.more': `El servidor no debe estar en marcha. Se examina toda la copia antes de escribir el primer byte.

Ejemplos:
  longshore restore /backups/monday --data-dir /srv/longshore
  longshore restore /backups/monday --verify`,
  'restore.folder': 'una carpeta hecha por «longshore backup»',
  'restore.verify': 'lee antes cada objeto y cada manifiesto y lo compara con su digest, no solo su longitud',
  'restore.into': 'Datos',
  'restore.made': 'Estado del',

  'key.summary': 'Las claves que firman los tokens.',
  'key.more': `Ejemplos:
  longshore key rotate`,
  'key.rotate.summary': 'Crea ahora una clave de firma nueva.',
  'key.rotate.more': `Los tokens que firmó la clave anterior valen hasta su fin, salvo con --revoke. Las claves cambian por sí mismas cada
30 días.

Ejemplos:
  longshore key rotate
  longshore key rotate --revoke       si una clave pudo ser vista: cada cliente vuelve a entrar`,
  'key.rotate.revoke': 'olvida todas las claves anteriores: todo token entregado termina ahora',
  'key.kid': 'clave',
  'key.signs': 'firma hasta',
  'key.verifies': 'verifica hasta',

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
  'setting.blobRedirect': 'qué hace un punto de datos con una cabecera Authorization: lenient no la mira, strict la rechaza como Azure',
  'setting.diskFloor': 'no acepta subidas mientras quede menos que esto en el disco',
  'setting.gcInterval': 'tiempo entre dos pasadas de la recogida',
  'setting.gcLease': 'cuánto se retiene lo subido o confirmado sin un manifiesto que lo nombre',
  'setting.gcDelay': 'tiempo entre el fin de la última retención y el borrado de los bytes',
  'setting.uploadLife': 'cuánto puede reposar una subida antes de abandonarse',
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
  'setting.passwordThreads': 'hilos que comprueban contraseñas, de 1 a 4; las descargas y subidas no los esperan',
  'setting.shutdownGrace': 'cuánto pueden seguir las peticiones después de una señal de parada',
  'setting.logLevel': 'silent, error, info o debug',

  'misuse.command': 'orden desconocida «{name}»',
  'misuse.option': 'opción desconocida {name}',
  'misuse.far': '; vea --help',
  'misuse.near': '; ¿quiso decir {near}?',
  'misuse.argument': 'falta el argumento <{name}>; vea --help',
  'misuse.value': 'la opción {name} necesita un valor',
  'misuse.mandatory': 'la opción {name} es necesaria',
  'misuse.excess': 'demasiados argumentos; vea --help',
  'misuse.invalid': '{name}: «{value}» no está permitido; se esperaba {allowed}',
  'expected.folder': 'una carpeta propia, por ejemplo /var/lib/longshore',
  'expected.flag': 'true o false',
  'expected.listener': 'host:puerto, como 127.0.0.1:5000, u off',
  'expected.duration': 'un número con ms, s, m, h o d, como 24h',
  'expected.size': 'un número de bytes, o un número con KiB, MiB, GiB o TiB',
  'expected.count': 'un número entero desde 1',
  'expected.choice': 'uno de estos valores: {choices}',
  'expected.host-name': 'un nombre de host, *.dominio o una dirección IP, sin puerto',
  'expected.domain': 'un dominio sin asterisco, como registry.example.org',
  'expected.network': 'una dirección IP o una red, como 10.0.0.0/8',
  'expected.origin': 'https://host[:puerto] sin ruta',
  'expected.bytes': 'none, o un número de bytes con B, KiB, MiB, GiB o TiB',

  'problem.unexpected': 'fallo inesperado: {message} (LONGSHORE_LOG_LEVEL=debug muestra dónde)',

  'refusal.no-registry':
    'no hay ningún registro en {dataDir}: arránquelo una vez con «longshore serve», o nombre su carpeta con --data-dir',
  'refusal.registry-unknown': 'no hay ningún registro «{name}»; se conocen: {known}',
  'refusal.directory-owned': '{dataDir} está en uso por el proceso {pid}: deténgalo, o elija otra carpeta con --data-dir',
  'refusal.database-missing':
    '{path} falta o está vacío, junto a datos que dependen de él: no se ha iniciado nada, para que no se pierda nada. Vuelva a poner el archivo (una copia de seguridad lo tiene como longshore.db: «longshore restore» en una carpeta vacía), o indique otra carpeta con --data-dir para empezar de nuevo',
  'refusal.key-missing':
    'falta {path}: sin esta clave nadie puede leer las contraseñas ni las claves de firma de {dataDir}. Vuelva a ponerla (una copia de seguridad la tiene como keys/secret.key, modo 0400), o restaure una copia completa en una carpeta vacía',
  'refusal.key-foreign':
    '{path} no es la clave de esta base de datos: las contraseñas y las claves de firma se escribieron con otra. Vuelva a poner aquella (una copia de seguridad la tiene como keys/secret.key), o restaure una copia completa en una carpeta vacía',
  'refusal.objects-missing':
    '{path} no tiene ningún objeto, aunque la base de datos nombra algunos: ¿falta montar su disco? Recupere la carpeta, o restaure una copia de seguridad en una carpeta vacía',
  'refusal.owner-silent': 'el proceso {pid} tiene {dataDir} y no responde: está arrancando o parando, inténtelo de nuevo',
  'refusal.owner-gone': 'el servidor terminó antes de responder: inténtelo de nuevo',
  'refusal.socket-path-too-long':
    '{path} es demasiado largo para un socket ({longest} bytes como máximo): use una carpeta de datos más corta',
  'refusal.server-must-stop': '{path} está en uso por el proceso {pid}: detenga antes el servidor',
  'refusal.address-in-use': '{setting}: {address} está en uso por otro programa; elija otra con {flag} o {variable}',
  'refusal.address-not-permitted':
    '{setting}: este usuario no puede escuchar en {address} (los puertos por debajo de 1024 necesitan un permiso); elija otra con {flag} o {variable}',
  'refusal.few-open-files':
    'el sistema permite {allowed} archivos abiertos a este proceso y el servidor necesita al menos {needed}: aumente «ulimit -n» (LimitNOFILE de un servicio)',
  'refusal.address-not-here': '{setting}: {address} no es una dirección de esta máquina; elija otra con {flag} o {variable}',
  'refusal.password-file':
    'passwordFile: no se puede escribir {path} ({code}): elija otro con --password-file o LONGSHORE_PASSWORD_FILE; el próximo arranque dará las contraseñas',
  'refusal.password-file-there':
    'passwordFile: {path} ya existe y no es nuestro: elija otro con --password-file o LONGSHORE_PASSWORD_FILE; el próximo arranque dará las contraseñas',
  'refusal.setting-near': '{name}: ajuste desconocido; ¿quería decir {near}?',
  'refusal.setting-unknown': '{name}: ajuste desconocido; los conocidos son {known}',
  'refusal.setting-value': '{name}: se esperaba {allowed}; se recibió «{got}»',
  'refusal.settings-file': '{path}: {message}',
  'refusal.settings-form': '{path}: se esperaban claves con valores',
  'refusal.settings-item': '{path}: {key}: se esperaba un texto, un número o una lista de textos',
  'refusal.host-below-domain':
    '{name}: {host} está debajo de {domain} ({variable}), donde cada nombre es el de un registro; el plano de control necesita otro host: el propio {domain}, o uno de fuera de él',
  'refusal.tls-half':
    'falta {setting}: un certificado propio necesita tlsCert (su archivo PEM) y tlsKey (el archivo PEM de su clave privada)',
  'refusal.tls-unreadable': '{setting}: no se puede leer {path} ({code}): indique un archivo PEM que este usuario pueda leer',
  'refusal.tls-not-pem': '{setting}: {path} no es un archivo PEM que sirva: se esperaba -----BEGIN {kind}-----, sin frase de contraseña',
  'refusal.tls-mismatch':
    'tlsKey: {key} no es la clave del certificado de {cert} (tlsCert): indique los dos que van juntos, con el certificado del servidor primero en su archivo',
  'refusal.permission':
    '{path}: permiso denegado ({code}): ejecute la orden como su propietario, o deje que este usuario lea y escriba ahí',
  'refusal.read-only':
    'no se puede crear ni escribir {path} ({code}): su sistema de archivos es de solo lectura; indique una carpeta de datos en la que se pueda escribir con --data-dir o LONGSHORE_DATA_DIR',
  'refusal.wrong-kind':
    '{path} no es lo que debe ser ({code}): una carpeta donde se nombra una carpeta, un archivo donde se nombra un archivo; indique otra cosa, con --data-dir o LONGSHORE_DATA_DIR para la carpeta de datos',
  'refusal.settings-unreadable':
    '{path}: no se pueden leer ahí los ajustes ({code}): indique un archivo YAML que este usuario pueda leer con --config o LONGSHORE_CONFIG',
  'refusal.principal-there':
    'ya hay una entidad de servicio «{name}» (aplicación {appId}): «longshore identity sp reset-credential {appId}» le da otra credencial, --yes crea otra con ese nombre',
  'refusal.disk-full': '{path}: el disco está lleno',
  'refusal.database-damaged':
    'la base de datos {path} está dañada ({found}): no se sirve nada de ella; aparte la carpeta de datos y llene una nueva desde su última copia con «longshore restore»',
  'refusal.collection-rests':
    'la recogida descansa durante un plazo, porque no se pudo escribir la base de datos o se cambió el reloj; sigue por sí misma',
  'refusal.collection-paused': 'la recogida está en pausa mientras se escribe una copia: inténtelo después',
  'refusal.backup-target-not-empty': '{path} no está vacía: nombre una carpeta vacía o inexistente',
  'refusal.backup-unreadable': '{path} no es una copia que este programa pueda leer',
  'refusal.backup-newer': '{path} fue hecha por un Longshore más nuevo: su versión de {what} es {found}, este programa lee hasta {newest}',
  'refusal.backup-damaged':
    'la copia está dañada: {bad} de sus partes faltan o son incorrectas, la primera es {example}; no se restauró nada, use una copia anterior',
  'refusal.restore-target-not-empty': '{path} no está vacía: restaure en una carpeta de datos vacía o inexistente',
  'refusal.restore-unfinished': 'una restauración en {dataDir} no llegó a su fin: ejecute «longshore restore» de nuevo',
  'refusal.no-local-authority': 'no hay autoridad local: HTTPS está apagado o usa un certificado propio',
  'refusal.last-owner':
    'nadie quedaría como propietario de todo: asigne antes el rol a otra persona, con «longshore identity role assign --assignee NOMBRE --role Owner --scope /»',
  'refusal.interrupted': 'interrumpido; nada quedó a medias',
}
