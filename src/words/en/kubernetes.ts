/** What is said in English: `longshore kubernetes`. */
export const kubernetes = {
  'kubernetes.summary': 'How the nodes of a Kubernetes cluster pull from a registry.',
  'kubernetes.more': `These commands need access to the data folder; those that change a cluster use your kubectl.

Examples:
  longshore kubernetes attach --registry contoso --namespace shop
  longshore kubernetes pull-secret --registry contoso --namespace shop --apply
  longshore kubernetes check --registry contoso --namespace shop`,
  'kubernetes.context': 'which cluster, by its name in the kubeconfig (default: the current one)',
  'kubernetes.kubeconfig': 'the kubeconfig to use (default: that of kubectl)',
  'kubernetes.name': 'name of the Secret (default: longshore-REGISTRY)',
  'kubernetes.server': 'further names of the registry in images, host[:port]; its login server is always there',
  'kubernetes.days': 'how long the password is good: 1 to 36500 days',
  'kubernetes.rotate': 'make a new password; the one before stays good until the next time',
  'kubernetes.pull-secret.summary': 'Make a password for pulls and print it as a Secret of Kubernetes.',
  'kubernetes.pull-secret.more': `Who pulls is a token of the registry (made where there is none), a service principal (made with AcrPull where there is none), or the
admin user. The Secret alone goes to standard output. A second time needs --rotate, since nobody can tell a password again; with
--apply the Secret of the cluster is looked at, and left as it is while its password is good.

Examples:
  longshore kubernetes pull-secret --registry contoso --namespace shop --apply
  longshore kubernetes pull-secret --token shop --scope-map shop-images | kubectl apply --server-side -f -
  longshore kubernetes pull-secret --service-principal cluster-one --server registry.example.org:5443
  longshore kubernetes pull-secret --namespace shop --apply --rotate`,
  'kubernetes.pull-secret.token': 'token of the registry (default: kubernetes-NAMESPACE)',
  'kubernetes.pull-secret.scope-map': 'scope map of a token that is made (default: _repositories_pull)',
  'kubernetes.pull-secret.principal': 'service principal: application id, object id, or a name; one that is made has the name',
  'kubernetes.pull-secret.password-stdin': 'read the secret of the service principal from standard input instead of making one',
  'kubernetes.pull-secret.admin': 'the admin user, who may do everything in the registry',
  'kubernetes.pull-secret.namespace': 'namespace of the Secret (default: that of kubectl)',
  'kubernetes.pull-secret.apply': 'put the Secret into the cluster by kubectl instead of printing it',
  'kubernetes.pull-secret.output': 'how to print: yaml (default) or json; with --apply json is what was done',
  'kubernetes.attach.summary':
    'Let the pods of namespaces pull: a service principal with AcrPull, its Secret, and service accounts that use it.',
  'kubernetes.attach.more': `Everything is tried dry at the cluster first. Again it changes only what is missing. "longshore kubernetes detach" undoes it.

Examples:
  longshore kubernetes attach --registry contoso
  longshore kubernetes attach --registry contoso --namespace shop bank --service-account default builder
  longshore kubernetes attach --registry contoso --namespace shop --rotate`,
  'kubernetes.attach.namespace': 'namespaces that pull',
  'kubernetes.attach.account': 'service accounts of each of them whose pods pull',
  'kubernetes.attach.principal': 'name of the service principal (default: kubernetes-CLUSTER)',
  'kubernetes.attach.cluster': 'what the cluster is called here (default: the first part of the id of its namespace kube-system)',
  'kubernetes.attach.next':
    'Pods that are made from now on pull with it; those that are there keep what they had. "longshore kubernetes check --registry {registry}" asks the nodes.',
  'kubernetes.detach.summary':
    'Undo attach: service accounts, the Secret, its password, and at the last the right and the service principal.',
  'kubernetes.detach.more': `Examples:
  longshore kubernetes detach --registry contoso --namespace shop`,
  'kubernetes.detach.rest': 'Images that a node has already stay on it, and run there again.',
  'kubernetes.made.token': 'Made: token {name} with the scope map {scopeMap}.',
  'kubernetes.made.principal': 'Made: service principal {name} (application {appId}).',
  'kubernetes.made.role': 'Given: AcrPull at registry {registry} to {name}.',
  'kubernetes.made.password': 'Made: a password for {name}, good until {until}.',
  'kubernetes.made.secret': 'Put into the cluster: Secret {name} in namespace {namespace}.',
  'kubernetes.made.account': 'Service account {name} in namespace {namespace} pulls with {secret}.',
  'kubernetes.taken.account': 'Service account {name} in namespace {namespace} does not use it any more.',
  'kubernetes.taken.secret': 'Deleted: Secret {name} in namespace {namespace}.',
  'kubernetes.taken.password': 'Ended: the password of {name} for namespace {namespace}.',
  'kubernetes.taken.role': 'Taken: AcrPull from {name}.',
  'kubernetes.taken.principal': 'Deleted: service principal {name}.',
  'kubernetes.unchanged': 'Secret {name} in namespace {namespace} is good as it is.',
  'kubernetes.rotated': 'The password before stays good until the next --rotate.',
  'kubernetes.undo': 'Undo: "{command}"',
  'kubernetes.admin-warning':
    'the admin user may push and delete everything, and has the same password for everybody: a token or a service principal can be taken back alone',
  'kubernetes.loopback':
    'a node finds {server} only if it is this machine: set publicUrl (LONGSHORE_PUBLIC_URL), or name with --server what the nodes call it',
  'kubernetes.check.summary': 'Ask nodes to pull: whether they find the registry, trust its certificate, and may.',
  'kubernetes.check.more': `A pod on each node wants an image that is not there: a node whose registry says so could pull one that is. Nothing runs, and the pods are
deleted. A login that is good for some repositories only needs one of them in --image.

Examples:
  longshore kubernetes check --registry contoso --namespace shop
  longshore kubernetes check --node worker-1 worker-2 --image shop/web:v1 --secret longshore-contoso`,
  'kubernetes.check.namespace': 'namespace of the pods (default: that of kubectl)',
  'kubernetes.check.node': 'only these nodes (default: all)',
  'kubernetes.check.image': 'what is asked for: a repository, or with a tag that is there an image that each node pulls',
  'kubernetes.check.secret': 'the Secret to sign in with (default: those of the service account default)',
  'kubernetes.check.seconds': 'how long to wait for each node',
  'kubernetes.check.none': 'The cluster has no nodes.',
  'kubernetes.check.node-name': 'Node',
  'kubernetes.check.server-name': 'Registry',
  'kubernetes.check.outcome': 'Outcome',
  'kubernetes.check.is.pulls': 'can pull',
  'kubernetes.check.is.name': 'does not find the name: its DNS, or a line in its hosts file',
  'kubernetes.check.is.trust': 'does not trust the certificate: give the node the authority',
  'kubernetes.check.is.plain':
    'wants HTTPS where the registry speaks HTTP: give the registry HTTPS, or name it in the hosts.toml of containerd',
  'kubernetes.check.is.away': 'does not reach the registry: a firewall, a route, or the port',
  'kubernetes.check.is.login': 'is refused: no Secret, a wrong or ended password, or no right to pull that repository',
  'kubernetes.check.is.busy': 'the registry is busy: try again later',
  'kubernetes.check.is.other': 'says something else, see below',
  'kubernetes.check.is.silent': 'did not answer in time: is the node ready?',
} as const
