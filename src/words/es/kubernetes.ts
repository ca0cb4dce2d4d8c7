import type { kubernetes as english } from '../en/kubernetes.ts'
import type { Translation } from '../messages.ts'

export const kubernetes: Translation<typeof english> = {
  'kubernetes.summary': 'Cómo los nodos de un clúster de Kubernetes bajan imágenes de un registro.',
  'kubernetes.more': `Estas órdenes piden acceso a la carpeta de datos; las que cambian un clúster usan su kubectl.

Ejemplos:
  longshore kubernetes attach --registry contoso --namespace shop
  longshore kubernetes pull-secret --registry contoso --namespace shop --apply
  longshore kubernetes check --registry contoso --namespace shop`,
  'kubernetes.context': 'qué clúster, por su nombre en el kubeconfig (por omisión: el actual)',
  'kubernetes.kubeconfig': 'el kubeconfig que se usa (por omisión: el de kubectl)',
  'kubernetes.name': 'nombre del Secret (por omisión: longshore-REGISTRO)',
  'kubernetes.server': 'otros nombres del registro en las imágenes, host[:puerto]; su servidor de acceso está siempre',
  'kubernetes.days': 'cuánto vale la contraseña: de 1 a 36500 días',
  'kubernetes.rotate': 'hacer otra contraseña; la anterior vale hasta la vez siguiente',
  'kubernetes.pull-secret.summary': 'Hacer una contraseña para bajar imágenes y mostrarla como Secret de Kubernetes.',
  'kubernetes.pull-secret.more': `Quien baja es un token del registro (se hace si no lo hay), una entidad de servicio (se hace con AcrPull si no la hay) o el
administrador. A la salida estándar va solo el Secret. Otra vez pide --rotate, pues nadie puede volver a decir una contraseña; con
--apply se mira el Secret del clúster, que queda como está mientras su contraseña valga.

Ejemplos:
  longshore kubernetes pull-secret --registry contoso --namespace shop --apply
  longshore kubernetes pull-secret --token shop --scope-map shop-images | kubectl apply --server-side -f -
  longshore kubernetes pull-secret --service-principal cluster-one --server registry.example.org:5443
  longshore kubernetes pull-secret --namespace shop --apply --rotate`,
  'kubernetes.pull-secret.token': 'token del registro (por omisión: kubernetes-NAMESPACE)',
  'kubernetes.pull-secret.scope-map': 'mapa de ámbito del token que se hace (por omisión: _repositories_pull)',
  'kubernetes.pull-secret.principal': 'entidad de servicio: id de aplicación, id de objeto o un nombre; la que se hace lleva ese nombre',
  'kubernetes.pull-secret.password-stdin': 'leer el secreto de la entidad de servicio de la entrada estándar en lugar de hacer uno',
  'kubernetes.pull-secret.admin': 'el administrador, que puede todo en el registro',
  'kubernetes.pull-secret.namespace': 'namespace del Secret (por omisión: el de kubectl)',
  'kubernetes.pull-secret.apply': 'poner el Secret en el clúster con kubectl en lugar de mostrarlo',
  'kubernetes.pull-secret.output': 'forma: yaml (por omisión) o json; con --apply, json dice lo que se hizo',
  'kubernetes.attach.summary':
    'Dejar que los pods de unos namespaces bajen imágenes: una entidad de servicio con AcrPull, su Secret y cuentas de servicio que lo usan.',
  'kubernetes.attach.more': `Todo se prueba antes en seco en el clúster. Otra vez cambia solo lo que falta. «longshore kubernetes detach» lo deshace.

Ejemplos:
  longshore kubernetes attach --registry contoso
  longshore kubernetes attach --registry contoso --namespace shop bank --service-account default builder
  longshore kubernetes attach --registry contoso --namespace shop --rotate`,
  'kubernetes.attach.namespace': 'los namespaces que bajan imágenes',
  'kubernetes.attach.account': 'en cada uno, las cuentas de servicio cuyos pods las bajan',
  'kubernetes.attach.principal': 'nombre de la entidad de servicio (por omisión: kubernetes-CLÚSTER)',
  'kubernetes.attach.cluster': 'cómo se llama aquí el clúster (por omisión: el principio del id de su namespace kube-system)',
  'kubernetes.attach.next':
    'Los pods que se hagan desde ahora lo usan; los que ya están conservan lo que tenían. «longshore kubernetes check --registry {registry}» pregunta a los nodos.',
  'kubernetes.detach.summary':
    'Deshacer attach: las cuentas de servicio, el Secret, su contraseña, y con la última el permiso y la entidad de servicio.',
  'kubernetes.detach.more': `Ejemplos:
  longshore kubernetes detach --registry contoso --namespace shop`,
  'kubernetes.detach.rest': 'Las imágenes que un nodo ya tiene se quedan en él, y allí vuelven a arrancar.',
  'kubernetes.made.token': 'Hecho: el token {name} con el mapa de ámbito {scopeMap}.',
  'kubernetes.made.principal': 'Hecha: la entidad de servicio {name} (aplicación {appId}).',
  'kubernetes.made.role': 'Dado: AcrPull en el registro {registry} a {name}.',
  'kubernetes.made.password': 'Hecha: una contraseña para {name}, válida hasta el {until}.',
  'kubernetes.made.secret': 'Puesto en el clúster: el Secret {name} del namespace {namespace}.',
  'kubernetes.made.account': 'La cuenta de servicio {name} del namespace {namespace} baja con {secret}.',
  'kubernetes.taken.account': 'La cuenta de servicio {name} del namespace {namespace} ya no lo usa.',
  'kubernetes.taken.secret': 'Borrado: el Secret {name} del namespace {namespace}.',
  'kubernetes.taken.password': 'Terminada: la contraseña de {name} para el namespace {namespace}.',
  'kubernetes.taken.role': 'Quitado: AcrPull a {name}.',
  'kubernetes.taken.principal': 'Borrada: la entidad de servicio {name}.',
  'kubernetes.unchanged': 'El Secret {name} del namespace {namespace} vale como está.',
  'kubernetes.rotated': 'La contraseña anterior vale hasta el próximo --rotate.',
  'kubernetes.undo': 'Para deshacerlo: «{command}»',
  'kubernetes.admin-warning':
    'el administrador puede subir y borrar todo, con la misma contraseña para todos: un token o una entidad de servicio se quitan por separado',
  'kubernetes.loopback':
    'un nodo encuentra {server} solo si es esta máquina: ajuste publicUrl (LONGSHORE_PUBLIC_URL), o diga con --server cómo lo llaman los nodos',
  'kubernetes.check.summary': 'Pedir a los nodos que bajen: si encuentran el registro, se fían de su certificado y tienen permiso.',
  'kubernetes.check.more': `En cada nodo un pod quiere una imagen que no existe: el nodo a quien el registro se lo dice podría bajar una que exista. Nada arranca,
y los pods se borran. Una cuenta limitada a unos repositorios pide uno de ellos en --image.

Ejemplos:
  longshore kubernetes check --registry contoso --namespace shop
  longshore kubernetes check --node worker-1 worker-2 --image shop/web:v1 --secret longshore-contoso`,
  'kubernetes.check.namespace': 'namespace de los pods (por omisión: el de kubectl)',
  'kubernetes.check.node': 'solo estos nodos (por omisión: todos)',
  'kubernetes.check.image': 'lo que se pide: un repositorio, o con una etiqueta que existe una imagen que cada nodo baja',
  'kubernetes.check.secret': 'el Secret con el que se entra (por omisión: los de la cuenta de servicio default)',
  'kubernetes.check.seconds': 'cuánto se espera a cada nodo',
  'kubernetes.check.none': 'El clúster no tiene nodos.',
  'kubernetes.check.node-name': 'Nodo',
  'kubernetes.check.server-name': 'Registro',
  'kubernetes.check.outcome': 'Resultado',
  'kubernetes.check.is.pulls': 'puede bajar imágenes',
  'kubernetes.check.is.name': 'no encuentra el nombre: su DNS, o una línea de su archivo hosts',
  'kubernetes.check.is.trust': 'no se fía del certificado: dé la autoridad al nodo',
  'kubernetes.check.is.plain': 'quiere HTTPS donde el registro habla HTTP: dé HTTPS al registro, o nómbrelo en el hosts.toml de containerd',
  'kubernetes.check.is.away': 'no llega al registro: un cortafuegos, una ruta o el puerto',
  'kubernetes.check.is.login': 'es rechazado: sin Secret, contraseña equivocada o terminada, o sin permiso para bajar ese repositorio',
  'kubernetes.check.is.busy': 'el registro está ocupado: inténtelo más tarde',
  'kubernetes.check.is.other': 'dice otra cosa, véase abajo',
  'kubernetes.check.is.silent': 'no contestó a tiempo: ¿está listo el nodo?',
}
