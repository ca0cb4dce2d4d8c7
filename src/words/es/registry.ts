import type { registry as english } from '../en/registry.ts'
import type { Translation } from '../messages.ts'

export const registry: Translation<typeof english> = {
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
}
