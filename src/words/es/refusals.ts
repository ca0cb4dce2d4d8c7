import type { refusals as english } from '../en/refusals.ts'
import type { Translation } from '../messages.ts'

export const refusals: Translation<typeof english> = {
  'refusal.no-registry':
    'no hay ningún registro en {dataDir}: arránquelo una vez con «longshore serve», o nombre su carpeta con --data-dir',
  'refusal.registry-unknown': 'no hay ningún registro «{name}»; se conocen: {known}',
  'refusal.directory-owned': '{dataDir} está en uso por el proceso {pid}: deténgalo, o elija otra carpeta con --data-dir',
  'refusal.database-missing':
    '{path} falta o está vacío, junto a datos que dependen de él: no se ha iniciado nada, para que no se pierda nada. Vuelva a poner el archivo (una copia de seguridad lo tiene como longshore.db: «longshore restore» en una carpeta vacía), o indique otra carpeta con --data-dir para empezar de nuevo',
  'refusal.key-missing':
    'falta {path}: sin esta clave nadie puede leer las contraseñas ni las claves de firma de {dataDir}. Vuelva a ponerla (una copia de seguridad la tiene como keys/secret.key, modo 0400), o restaure una copia completa en una carpeta vacía',
  'refusal.key-missing-shared':
    'falta {path}: las contraseñas y las claves de firma de {database} están selladas con la clave del servidor que empezó allí. Dé una copia a este servidor (keys/secret.key de aquella carpeta de datos, o el archivo de su LONGSHORE_SECRET_KEY_FILE) e indíquela con LONGSHORE_SECRET_KEY_FILE',
  'refusal.key-foreign':
    '{path} no es la clave de esta base de datos: las contraseñas y las claves de firma se escribieron con otra. Vuelva a poner aquella (una copia de seguridad la tiene como keys/secret.key), o restaure una copia completa en una carpeta vacía',
  'refusal.key-foreign-shared':
    '{path} no es la clave de {database}: las contraseñas y las claves de firma de allí están selladas con la del servidor que empezó. Dé una copia a este servidor (keys/secret.key de aquella carpeta de datos, o el archivo de su LONGSHORE_SECRET_KEY_FILE) e indíquela con LONGSHORE_SECRET_KEY_FILE',
  'refusal.blobs-unreachable': 'el almacén de objetos {place} no se puede usar: {message}',
  'refusal.blobs-unfit': 'el almacén de objetos {place} no hace lo que necesitan los objetos ({what}): hace falta otro',
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
  'refusal.downloads-with-sas':
    '{name}: una firma de acceso compartido no firma enlaces: dé la clave de la cuenta de almacenamiento, o una identidad',
  'refusal.downloads-without-bucket':
    '{name}: los blobs están en la carpeta de datos, que no firma enlaces: nombre un bucket en {variable}',
  'refusal.offload-without-proxy':
    '{name}: no hay ningún proxy de confianza, así que nginx no enviaría nada: indique su dirección en {variable}',
  'refusal.offload-beside-bucket':
    '{name}: los blobs están en un bucket ({variable}), donde nginx no encuentra archivos: quítelo; para enlaces al bucket: {instead}=signed',
  'refusal.offload-group-alone':
    '{name}: ningún nginx envía archivos, así que ningún grupo tiene que leerlos: defina también {variable}, o quite ambos',
  'refusal.group-unknown': '{name}: esta máquina no tiene el grupo «{group}»: indique uno de /etc/group, o su número',
  'refusal.group-not-ours':
    '{name}: este usuario no puede dar {path} al grupo «{group}» ({code}): añádalo al grupo e inicie de nuevo, o inicie como propietario de la carpeta',
  'refusal.tls-half':
    'falta {setting}: un certificado propio necesita tlsCert (su archivo PEM) y tlsKey (el archivo PEM de su clave privada)',
  'refusal.tls-unreadable': '{setting}: no se puede leer {path} ({code}): indique un archivo PEM que este usuario pueda leer',
  'refusal.tls-not-pem': '{setting}: {path} no es un archivo PEM que sirva: se esperaba -----BEGIN {kind}-----, sin frase de contraseña',
  'refusal.tls-mismatch':
    'tlsKey: {key} no es la clave del certificado de {cert} (tlsCert): indique los dos que van juntos, con el certificado del servidor primero en su archivo',
  'refusal.permission':
    '{path}: permiso denegado ({code}): ejecute la orden como su propietario, o deje que este usuario lea y escriba ahí',
  'refusal.path-gone':
    '{path} no está ({code}): ¿se movió o se borró la carpeta de datos mientras un servidor la usaba? Pare el servidor, devuelva la carpeta a su sitio y arránquelo de nuevo',
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
  'refusal.database-away':
    'la base de datos no responde: {found}. Revise su URL (LONGSHORE_STORE, --to-store), su contraseña y la red entre ambos, y vuelva a intentarlo',
  'refusal.database-password':
    'la base de datos pide una contraseña y no se le dio ninguna: indique un archivo que la tenga, con LONGSHORE_STORE_PASSWORD_FILE o, para el lugar adonde va el registro, con --to-store-password-file; y vuelva a intentarlo',
  'refusal.database-permission':
    'el usuario de la base de datos no puede hacer en ella lo que un servidor tiene que hacer: {found}. Tiene que ser el dueño de la base, y de sus tablas si las hay: ALTER DATABASE … OWNER TO …',
  'refusal.database-encoding':
    "la base de datos guarda sus textos en {encoding}, donde no todo nombre tiene sitio: dé al servidor una que se haya creado con ENCODING 'UTF8' TEMPLATE template0",
  'refusal.clock-off':
    'el reloj de esta máquina y el de la base de datos difieren en {seconds} s, y se permiten {allowed} s: ponga en hora el que esté mal (NTP lo hace) e inténtelo de nuevo',
  'refusal.collection-rests':
    'la recogida descansa durante un plazo, porque no se pudo escribir la base de datos o se cambió el reloj; sigue por sí misma',
  'refusal.collection-paused': 'la recogida está en pausa mientras se escribe una copia: inténtelo después',
  'refusal.backup-target-not-empty': '{path} no está vacía: nombre una carpeta vacía o inexistente',
  'refusal.backup-unreadable': '{path} no es una copia que este programa pueda leer',
  'refusal.backup-newer': '{path} fue hecha por un Longshore más nuevo: su versión de {what} es {found}, este programa lee hasta {newest}',
  'refusal.backup-elsewhere':
    'los hechos están en {database}, cuyas herramientas los copian (pg_dump, o una copia base con su registro): esta orden copia lo que hay en una carpeta de datos',
  'refusal.backup-damaged':
    'la copia está dañada: {bad, plural, one {# de sus partes falta o es incorrecta} other {# de sus partes faltan o son incorrectas}}, la primera es {example}; no se restauró nada, use una copia anterior',
  'refusal.restore-target-not-empty': '{path} no está vacía: restaure en una carpeta de datos vacía o inexistente',
  'refusal.restore-unfinished': 'una restauración en {dataDir} no llegó a su fin: ejecute «longshore restore» de nuevo',
  'refusal.move-nothing': 'no se indicó ningún destino: --to-store postgres://…, una carpeta o sqlite, --to-blobs s3://…, files, o ambos',
  'refusal.move-same': 'el registro ya está en {place}, y sus blobs donde dice --to-blobs: indique otro lugar',
  'refusal.move-running': 'alguien está trasladando {store} en este momento: deje que termine, o termínelo',
  'refusal.move-pooler':
    '{store} es un pooler, que presta conexiones, y es una conexión lo que mantiene separados dos traslados: para esta orden nombre la base misma, con LONGSHORE_STORE o --to-store',
  'refusal.move-other':
    'antes se empezó un traslado de {from} a {to}: dé la misma orden para continuarlo, o «longshore migrate --undo» para abandonarlo',
  'refusal.move-none': '{store} no se ha dejado y ningún traslado sale de ahí: no hay nada que deshacer',
  'refusal.move-target-not-empty': '{path} tiene un registro propio, o lo que dejó un traslado abandonado: indique un lugar vacío',
  'refusal.move-schema':
    'la versión de las tablas es {from} en el lugar antiguo y {to} en el nuevo: inicie primero un servidor de esta versión en el lugar antiguo',
  'refusal.move-files-stay':
    'un servidor de {folder} busca los blobs en esa carpeta: indique también «--to-blobs files», o «--to-store sqlite» para la carpeta de datos que los tiene',
  'refusal.move-key-other': '{path} es otra clave que {key}: indique una carpeta sin clave, o con una copia de esa',
  'refusal.move-damaged':
    '{bad, plural, one {# blob está dañado o falta} other {# blobs están dañados o faltan}} en el lugar antiguo, el primero es {example}: «longshore scrub» los marca y después la misma orden continúa sin ellos; no se pierde nada',
  'refusal.move-nul':
    'la tabla {table} tiene en {column} un texto con el carácter U+0000 ({text}), que PostgreSQL no guarda: cambie o elimine lo que lo tiene y vuelva a dar la misma orden',
  'refusal.move-differs':
    '{what} no es igual en {from} y {to}: no se cambió nada, y el registro sigue donde está. Examine el lugar nuevo, vacíelo y vuelva a dar la misma orden',
  'refusal.move-database':
    '{name} no hizo lo que se le pidió ({found}): no se pierde nada y no se cambió nada; cuando lo haga, la misma orden continúa',
  'refusal.move-interrupted':
    'interrumpido: lo copiado se queda, no se cambió nada y la misma orden continúa. «longshore migrate --undo» abandona el traslado',
  'refusal.move-unfinished': 'un traslado a {store} no llegó a su fin: vuelva a dar el mismo «longshore migrate» en el lugar de donde sale',
  'refusal.moved-away':
    'el registro se trasladó de {store} a {to}: inicie el servidor con ese lugar. Para volver a lo que había aquí en ese momento, sin lo que se escribió allí después: «longshore migrate --undo»',
  'refusal.no-local-authority': 'no hay autoridad local: HTTPS está apagado o usa un certificado propio',
  'refusal.last-owner':
    'nadie quedaría como propietario de todo: asigne antes el rol a otra persona, con «longshore identity role assign --assignee NOMBRE --role Owner --scope /»',
  'refusal.admin-off':
    'el usuario administrador del registro {registry} está desactivado: actívelo con "longshore registry update --registry {registry} --admin-enabled true"',
  'refusal.name-of-several': 'varios se llaman «{name}»: indique uno por su identificador ({ids})',
  'refusal.principal-unknown': '«{name}» no existe en el directorio',
  'refusal.role-unknown': 'el rol «{role}» no existe en ese ámbito',
  'refusal.role-not-held': '{name} no tiene el rol {role} en {scope}',
  'refusal.scope-without-role': 'un ámbito necesita un rol: indique --role y --scope, o ninguno de los dos',
  'refusal.no-subscription': 'no hay ninguna suscripción: indique el ámbito con --scope',
  'refusal.interrupted': 'interrumpido; nada quedó a medias',
  'refusal.job-not-waiting': 'ningún trabajo {id} está en espera: está en curso o ya terminó; véase «longshore jobs»',
  'refusal.hosts-not-permitted': 'Este usuario no puede escribir en {path} ({code}). Esto funciona: «longshore hosts | sudo tee -a {path}»',
  'refusal.kubectl-missing':
    'kubectl no está en la ruta: instálelo, o muestre el Secret (sin --apply) y póngalo en el clúster desde otra parte',
  'refusal.kubectl-failed': '{deed}: {message}',
  'refusal.pull-login-several':
    'baja uno solo: indique un token (--token, --scope-map), una entidad de servicio (--service-principal) o --admin',
  'refusal.pull-password-there':
    '{name} ya tiene una contraseña para esto, que nadie puede volver a decir: --rotate hace otra, y la anterior vale hasta la vez siguiente',
  'refusal.pull-token-other':
    'el token {name} tiene el mapa de ámbito {has}, no {scopeMap}: indique otro token con --token, u omita --scope-map',
  'refusal.pull-secret-foreign': 'el Secret {name} del namespace {namespace} no es nuestro: indique otro con --name, o bórrelo antes',
  'refusal.pull-password-given':
    '--password-stdin es el secreto de la entidad de servicio de --service-principal; ni él ni la contraseña del administrador («longshore credential renew») se hacen aquí, así que --rotate no va con ellos',
  'refusal.registry-unreachable': 'No se puede llegar a {address} ({reason}): «longshore doctor» busca la causa.',
  'refusal.registry-refuses': '{address} responde {status} a {deed}: la cuenta, sus permisos o el nombre del repositorio no le sirven.',
  'refusal.registry-not-ready':
    '{address} responde {status} a {deed}: está ocupado, lleno o averiado. Inténtelo más tarde o pregunte a quien lo administra.',
}
