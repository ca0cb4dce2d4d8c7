// The ways to sign in, as the SDK's documentation writes them.
import {
  ClientCertificateCredential,
  ClientSecretCredential,
  DefaultAzureCredential,
  DeviceCodeCredential,
  InteractiveBrowserCredential,
  UsernamePasswordCredential,
} from '@azure/identity'

/** Public: it is the Azure CLI's, and the SDK's own default for people. */
const azureCli = '04b07795-8ddb-461a-bbee-02f9e1bf7b46'

const ways = {
  default: () => new DefaultAzureCredential(),
  secret: ({ tenant, client, secret }, options) => new ClientSecretCredential(tenant, client, secret, options),
  certificate: ({ tenant, client, certificate }, options) =>
    new ClientCertificateCredential(tenant, client, { certificatePath: certificate }, options),
  password: ({ tenant, username, password }, options) => new UsernamePasswordCredential(tenant, azureCli, username, password, options),
  device: ({ tenant }, options) =>
    new DeviceCodeCredential({ ...options, tenantId: tenant, userPromptCallback: ({ message }) => console.error(message) }),
  browser: ({ tenant }, options) => new InteractiveBrowserCredential({ ...options, tenantId: tenant }),
}

/** @param {{ way: keyof typeof ways, authority?: string }} credential */
export function credentialOf(credential) {
  const { authority, way } = credential
  return ways[way](credential, authority === undefined ? {} : { authorityHost: authority, disableInstanceDiscovery: true })
}
