import type { server as english } from '../en/server.ts'
import type { Translation } from '../messages.ts'

export const server: Translation<typeof english> = {
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

  'serve.doctor': 'Si algo no funciona, o no se encuentra otro registro: «longshore doctor» dice cómo arreglarlo.',

  'env.unfound': '{names}: esta máquina no encuentra ese nombre por sí sola; «longshore doctor» dice qué hacer.',
}
