import type { identity as english } from '../en/identity.ts'
import type { Translation } from '../messages.ts'

export const identity: Translation<typeof english> = {
  'identity.summary': 'Quién está en el directorio y qué puede hacer cada uno.',
  'identity.more': `Estas órdenes no piden ningún permiso, salvo el acceso a la carpeta de datos. Un usuario sin «@» es del dominio del
directorio.

Ejemplos:
  longshore identity sp create --name ci --role AcrPush --output json
  longshore identity user create alice
  longshore identity role assign --assignee alice --role Reader`,
  'identity.name': 'Nombre',
  'identity.display-name': 'Nombre visible',
  'identity.id': 'Id de objeto',
  'identity.app-id': 'Id de aplicación',
  'identity.enabled': 'Activo',
  'identity.until': 'Credenciales hasta',
  'identity.members': 'Miembros',
  'identity.type': 'Tipo',
  'identity.role': 'Rol',
  'identity.scope': 'Ámbito',
  'identity.sp.summary': 'Entidades de servicio: con qué se conectan los programas.',
  'identity.sp.more': `Ejemplos:
  longshore identity sp list
  longshore identity sp reset-credential ci --years 2`,
  'identity.sp.which': 'id de aplicación, id de objeto, o un nombre que solo uno tiene',
  'identity.sp.years': 'cuánto vale la credencial: de 1 a 100 años (por defecto: 1)',
  'identity.sp.cert': 'archivo PEM con un certificado: conectarse con su clave en lugar de un secreto',
  'identity.sp.create-cert': 'crea una clave y un certificado en este archivo nuevo, en lugar de un secreto',
  'identity.sp.append': 'conserva las credenciales que hay',
  'identity.sp.create.summary': 'Crea una aplicación, su entidad de servicio y una credencial, y le da un rol.',
  'identity.sp.create.more': `Se crea todo, o nada. El JSON es el de «az ad sp create-for-rbac». El secreto se dice solo esta vez.

Ejemplos:
  longshore identity sp create --name admin --role Owner --scope / --output json
  longshore identity sp create --name ci --role AcrPush --create-cert ci.pem`,
  'identity.sp.create.yes': 'crear otra aunque ya haya una con ese nombre',
  'identity.sp.create.ask': 'Ya hay una entidad de servicio «{name}» (aplicación {appId}). ¿Crear otra con ese nombre? (sí/no)',
  'identity.sp.create.name': 'cómo la llaman las personas',
  'identity.sp.list.summary': 'Lista las entidades de servicio.',
  'identity.sp.list.more': `Ejemplos:
  longshore identity sp list --output json`,
  'identity.sp.show.summary': 'Muestra una entidad de servicio y cuándo acaban sus credenciales.',
  'identity.sp.show.more': `Ejemplos:
  longshore identity sp show ci`,
  'identity.sp.delete.summary': 'Borra una entidad de servicio y su aplicación.',
  'identity.sp.delete.more': `Ejemplos:
  longshore identity sp delete ci`,
  'identity.sp.reset.summary': 'Da una credencial nueva a una entidad de servicio; las anteriores acaban en el acto.',
  'identity.sp.reset.more': `Ejemplos:
  longshore identity sp reset-credential ci --output json
  longshore identity sp reset-credential ci --append --years 2`,
  'identity.user.summary': 'Usuarios: con qué se conectan las personas.',
  'identity.user.more': `Ejemplos:
  longshore identity user create alice
  longshore identity user reset-password alice --output json`,
  'identity.user.which': 'nombre principal, con o sin el dominio, o id de objeto',
  'identity.user.password-stdin': 'lee la contraseña de la entrada estándar en lugar de crear una',
  'identity.user.create.summary': 'Crea un usuario; la contraseña se dice solo esta vez.',
  'identity.user.create.more': `Ejemplos:
  longshore identity user create alice --output json
  longshore identity user create alice --password-stdin < password.txt`,
  'identity.user.create.name': 'nombre principal; sin «@» recibe el dominio del directorio',
  'identity.user.create.display-name': 'cómo llaman al usuario (por defecto: el nombre antes de «@»)',
  'identity.user.reset.summary': 'Da una contraseña nueva a un usuario y acaba con sus conexiones.',
  'identity.user.reset.more': `Ejemplos:
  longshore identity user reset-password owner --output json`,
  'identity.user.list.summary': 'Lista los usuarios.',
  'identity.user.list.more': `Ejemplos:
  longshore identity user list`,
  'identity.user.show.summary': 'Muestra un usuario.',
  'identity.user.show.more': `Ejemplos:
  longshore identity user show alice --output json`,
  'identity.user.enable.summary': 'Permite a un usuario conectarse de nuevo.',
  'identity.user.enable.more': `Ejemplos:
  longshore identity user enable alice`,
  'identity.user.disable.summary': 'Cierra el paso a un usuario en el acto; no se borra nada.',
  'identity.user.disable.more': `Ejemplos:
  longshore identity user disable alice`,
  'identity.user.delete.summary': 'Borra un usuario.',
  'identity.user.delete.more': `Ejemplos:
  longshore identity user delete alice`,
  'identity.group.summary': 'Grupos: lo que se da a uno vale para sus miembros.',
  'identity.group.more': `Ejemplos:
  longshore identity group create developers
  longshore identity group add-member developers alice`,
  'identity.group.which': 'nombre, o id de objeto',
  'identity.group.member': 'usuario, entidad de servicio o grupo: nombre o id',
  'identity.group.create.summary': 'Crea un grupo.',
  'identity.group.create.more': `Ejemplos:
  longshore identity group create developers`,
  'identity.group.list.summary': 'Lista los grupos.',
  'identity.group.list.more': `Ejemplos:
  longshore identity group list`,
  'identity.group.show.summary': 'Muestra un grupo y sus miembros.',
  'identity.group.show.more': `Ejemplos:
  longshore identity group show developers --output json`,
  'identity.group.delete.summary': 'Borra un grupo; sus miembros se quedan.',
  'identity.group.delete.more': `Ejemplos:
  longshore identity group delete developers`,
  'identity.group.add-member.summary': 'Añade a alguien a un grupo.',
  'identity.group.add-member.more': `Ejemplos:
  longshore identity group add-member developers alice`,
  'identity.group.remove-member.summary': 'Saca a alguien de un grupo.',
  'identity.group.remove-member.more': `Ejemplos:
  longshore identity group remove-member developers alice`,
  'identity.role.summary': 'Roles: quién puede hacer qué, y dónde.',
  'identity.role.more': `Ejemplos:
  longshore identity role list
  longshore identity role assign --assignee alice --role AcrPull`,
  'identity.role.assignee': 'usuario, entidad de servicio o grupo: nombre o id',
  'identity.role.which': 'el rol, por nombre o id: Owner, AcrPull, …',
  'identity.role.at': 'dónde: /, o el id de una suscripción, un grupo o un registro (por defecto: la primera suscripción)',
  'identity.role.only-at': 'solo lo que se dio exactamente en este ámbito',
  'identity.role.assign.summary': 'Da un rol; vale desde la siguiente petición.',
  'identity.role.assign.more': `Ejemplos:
  longshore identity role assign --assignee alice --role AcrPull
  longshore identity role assign --assignee developers --role Reader --scope /`,
  'identity.role.list.summary': 'Lista quién tiene qué rol, y dónde.',
  'identity.role.list.more': `Ejemplos:
  longshore identity role list --assignee alice`,
  'identity.role.remove.summary': 'Quita un rol; ya no está en la siguiente petición.',
  'identity.role.remove.more': `Ejemplos:
  longshore identity role remove --assignee alice --role AcrPull`,
}
