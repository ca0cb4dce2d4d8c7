/** What is said in English: the page for who looks at a host with a browser. */
export const welcome = {
  title: 'This is Longshore',
  lead: 'A container registry with the control plane of Azure Container Registry, on this machine. This address is for programs; there is nothing to fill in here.',
  push: 'Push an image',
  control: 'Manage registries with az',
  trust: 'Where a client does not trust the certificate, show it the authority: “{program} ca --path” tells where that lies.',
  help: 'Anything that does not work: “{program} doctor” looks for the reason and says the line that mends it.',
} as const
