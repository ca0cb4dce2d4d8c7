import type { speedEn } from './speed-en.ts'

/** Lo que dice `longshore speed`, en español. */
export const speedEs: { readonly [Name in keyof typeof speedEn]: string } = {
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
  'speed.milliseconds': '{median} ms, mediana de {requests} peticiones (de {fastest} a {slowest} ms)',
  'speed.rate': '{rate} ({bits}): {bytes} en {seconds} s',
  'speed.left': 'Capas que no se pudieron borrar de {repository}: {count}. Nada las nombra y la recolección del registro se las llevará.',
  'expected.number': 'un número entero de {least} a {most}',
  'refusal.registry-unreachable': 'No se puede llegar a {address} ({reason}): «longshore doctor» busca la causa.',
  'refusal.registry-refuses': '{address} responde {status} a {deed}: la cuenta, sus permisos o el nombre del repositorio no le sirven.',
}
