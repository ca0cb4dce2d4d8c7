import type { storage as english } from '../en/storage.ts'
import type { Translation } from '../messages.ts'

export const storage: Translation<typeof english> = {
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

  'jobs.summary': 'Muestra lo que el servidor aún tiene que hacer, y lo que falla.',
  'jobs.more': `Algunos trabajos se hacen después del cambio que los causó: se vacía un repositorio borrado, se termina una operación
que un cliente espera, se eliminan los eventos antiguos. Lo que falla se reintenta por sí solo, tras una pausa cada vez más
larga.

Ejemplos:
  longshore jobs
  longshore jobs --stuck
  longshore jobs retry 42`,
  'jobs.stuck': 'solo lo que ha fallado repetidas veces',
  'jobs.none': 'No hay nada que hacer.',
  'jobs.id': 'id',
  'jobs.kind': 'tipo',
  'jobs.about': 'objeto',
  'jobs.state': 'estado',
  'jobs.attempts': 'intentos',
  'jobs.next': 'próximo intento',
  'jobs.error': 'último error',
  'jobs.state.waiting': 'en espera',
  'jobs.state.running': 'en curso',
  'jobs.state.stuck': 'atascado',
  'jobs.retry.summary': 'Reintenta un trabajo ahora.',
  'jobs.retry.more': `Sin esperar a su próximo intento: cuando se ha corregido la causa del fallo.

Ejemplo:
  longshore jobs retry 42`,
  'jobs.retry.id': 'tal como lo muestra «longshore jobs»',

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
}
