import type { move as english } from '../en/move.ts'
import type { Translation } from '../messages.ts'

export const move: Translation<typeof english> = {
  'migrate.summary': 'Trasladar el registro a PostgreSQL y un bucket, o de vuelta, mientras se usa.',
  'migrate.more': `El servidor sigue mientras todo se copia y se compara. Después, por un momento, no se escribe nada: se llevan los últimos
cambios y se deja el lugar antiguo. Su servidor aún lee, responde 503 a las escrituras, y debe iniciarse en el lugar nuevo
con los ajustes que se dicen al final. Detenida donde sea, la misma orden continúa. Las subidas en curso empiezan de nuevo
si se trasladan los blobs. El lugar antiguo conserva lo que tenía; elimínelo cuando esté seguro. Código de salida 1 si no se
cambió nada.

Ejemplos:
  longshore migrate --to-store postgres://longshore@db.example.org/longshore --to-blobs s3://images --dry-run
  longshore migrate --to-store postgres://longshore@db.example.org/longshore --to-blobs s3://images
  longshore migrate --to-store /srv/longshore --to-blobs files
  longshore migrate --undo`,
  'migrate.to-store': 'adónde van los hechos: postgres://…, otra carpeta de datos, o sqlite para esta',
  'migrate.to-store-password-file': 'un archivo con la contraseña de esa base de datos',
  'migrate.to-blobs': 'adónde van los bytes de los blobs, como en LONGSHORE_BLOBS',
  'migrate.dry-run': 'decir solo qué hay que trasladar',
  'migrate.verify': 'leer de nuevo cada blob copiado y compararlo con su resumen',
  'migrate.undo': 'abandonar un traslado, o volver al lugar que se dejó',
  'migrate.facts': 'Hechos',
  'migrate.blobs': 'Blobs',
  'migrate.way': '{from} → {to}',
  'migrate.rows': 'Filas',
  'migrate.objects': 'Objetos por copiar',
  'migrate.bytes': 'Bytes por copiar',
  'migrate.uploads': 'Subidas que empiezan de nuevo',
  'migrate.goes-on': 'Continúa un traslado empezado antes',
  'migrate.yes': 'sí',
  'migrate.copied': 'Objetos copiados',
  'migrate.last': 'Cambios en la pausa',
  'migrate.pause': 'Sin escrituras',
  'migrate.milliseconds': '{milliseconds} ms',
  'migrate.next': 'Inicie el servidor con',
  'migrate.progress.objects': '{done} de {of} objetos, {size}',
  'migrate.progress.rows': '{table}: {done} de {of} filas',
  'migrate.progress.changes':
    '{rows, plural, one {# fila cambió entretanto y se llevó} other {# filas cambiaron entretanto y se llevaron}}',
  'migrate.progress.compared':
    '{tables, plural, one {# tabla comparada} other {# tablas comparadas}} en ambos lugares, {rows, plural, one {# fila} other {# filas}}: iguales',
  'migrate.progress.paused': 'no se escribe nada hasta que los últimos cambios estén allí',
  'migrate.progress.moved': 'trasladado; no se escribió nada durante {milliseconds} ms',
  'migrate.undone': 'De nuevo el registro',
  'migrate.undone.more': 'Lo que se escribió después en {to} no está aquí.',
}
