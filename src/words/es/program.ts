import type { program as english } from '../en/program.ts'
import type { Translation } from '../messages.ts'

export const program: Translation<typeof english> = {
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
  'expected.digest': 'sha256: y 64 cifras hexadecimales, o sha512: y 128, en minúsculas',
  'expected.choice': 'uno de estos valores: {choices}',
  'expected.host-name': 'un nombre de host, *.dominio o una dirección IP, sin puerto',
  'expected.domain': 'un dominio sin asterisco, como registry.example.org',
  'expected.server': 'host o host:puerto, como en el nombre de una imagen',
  'expected.network': 'una dirección IP o una red, como 10.0.0.0/8',
  'expected.offload': 'off, o nginx:/PREFIJO/ con letras, cifras, - y _ entre barras, como nginx:/longshore-objects/',
  'expected.store': 'sqlite, o postgres://user@host:port/database, varios hosts separados por comas',
  'expected.blobs': 'files, s3://BUCKET/PREFIJO?region=…&endpoint=…, o azblob://CUENTA/CONTENEDOR/PREFIJO?endpoint=…',
  'expected.blobs-bucket': 'un nombre de bucket de 3 a 63 minúsculas, cifras, - y .',
  'expected.blobs-prefix': 'un prefijo de letras, cifras, ., _ y - entre barras',
  'expected.blobs-credentials':
    'ninguna credencial en la URL ({choices}): las da el entorno (AWS_ACCESS_KEY_ID, AWS_PROFILE), una identidad web o la instancia',
  'expected.blobs-parameter': 'estos parámetros, cada uno en su forma: {choices}',
  'expected.blobs-endpoint': 'http:// o https://host[:puerto] sin ruta como {choices}',
  'expected.blobs-encryption': 'sse=AES256, o sse=aws:kms o aws:kms:dsse con o sin kmsKeyId',
  'expected.blobs-part-size': 'un partSize de MiB enteros, de 5MiB a 64MiB',
  'expected.downloads': 'served, signed, o signed:NOMBRE,NOMBRE con los nombres de registros',
  'expected.several': 'un número entero desde 2',
  'expected.group': 'el nombre o el número de un grupo',
  'expected.origin': 'https://host[:puerto] sin ruta',
  'expected.bytes': 'none, o un número de bytes con B, KiB, MiB, GiB o TiB',

  'problem.unexpected': 'fallo inesperado: {message} (LONGSHORE_LOG_LEVEL=debug muestra dónde)',

  'expected.years': 'un número entero de 1 a 100',
  'expected.number': 'un número entero de {least} a {most}',
}
