import type { speed as english } from '../en/speed.ts'
import type { Translation } from '../messages.ts'

export const speed: Translation<typeof english> = {
  'speed.summary': 'Mide la latencia y las velocidades desde aquí hasta un registro.',
  'speed.more': `Envía bytes aleatorios como capas que ningún manifiesto nombra, por varias conexiones, los descarga, los compara y los borra.
Termina cuando se acaban los bytes o los segundos. Sin dirección es el registro de la carpeta de datos, como su administrador;
con una dirección puede ser cualquier registro, también el de Azure, con --user o tal como docker tiene allí su sesión.

Las velocidades cuentan los bytes que el registro confirma (1 MiB son 1 048 576 bytes; 1 Mbit son 1 000 000 de bits).

Ejemplos:
  longshore speed
  longshore speed --size 1GiB --connections 8
  longshore speed myregistry.azurecr.io --repository speed
  longshore speed https://registry.example.org --user ci --password-stdin`,
  'speed.address': 'un registro que está en otro sitio: https://host[:puerto] o host[:puerto]',
  'speed.user': 'iniciar sesión con este nombre; la contraseña viene de la entrada estándar',
  'speed.password-stdin': 'leer la contraseña de la entrada estándar',
  'speed.ca': 'archivo con la autoridad que firmó para ese registro, si el sistema no confía en ella',
  'speed.repository': 'adónde se envían los bytes (por defecto: longshore-speed)',
  'speed.size': 'cuánto enviar y descargar (por defecto: 64MiB; 10GiB como máximo)',
  'speed.seconds': 'lo máximo que puede durar cada sentido (por defecto: 10)',
  'speed.connections': 'cuántas a la vez (por defecto: 4)',
  'speed.registry': 'Registro',
  'speed.connections.row': 'Conexiones',
  'speed.latency': 'Latencia',
  'speed.upload': 'Subida',
  'speed.download': 'Bajada',
  'speed.milliseconds': '{median} ms, mediana de {requests, plural, one {# petición} other {# peticiones}} (de {fastest} a {slowest} ms)',
  'speed.rate': '{rate} ({bits}): {bytes} en {seconds} s',
  'speed.left':
    '{count, plural, one {No se pudo borrar # capa} other {No se pudieron borrar # capas}} de {repository}. {count, plural, one {Nada la nombra y la recolección del registro se la llevará.} other {Nada las nombra y la recolección del registro se las llevará.}}',
}
