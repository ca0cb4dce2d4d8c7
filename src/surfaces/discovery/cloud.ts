import { adfsOf, cloudName, graphOf } from '#app/clients/cloud.ts'
import type { Origins } from '#app/deps.ts'

/** Schema 2019-05-01 and later; az, azure-cli's `cloud register`, Terraform and PowerShell read it. */
export interface Cloud {
  name: string
  portal: string
  resourceManager: string
  authentication: { loginEndpoint: string; audiences: string[]; tenant: 'common'; identityProvider: 'AAD' }
  graph: string
  graphAudience: string
  microsoftGraphResourceId: string
  suffixes: { acrLoginServer: string; storage: string; keyVaultDns: string; sqlServerHostname: string }
}

/** Schema 2015-01-01, which knows neither suffixes nor Microsoft Graph; az before 2.46 reads it. */
export interface Endpoints {
  galleryEndpoint: string
  graphEndpoint: string
  portalEndpoint: string
  authentication: { loginEndpoint: string; audiences: string[] }
}

/**
 * Terraform takes a cloud whose tenant is not `common` or whose provider is not `AAD` for an Azure Stack.
 * Suffixes of services that we are not are set all the same, since az asks for them when it prints addresses.
 */
export function cloudOf(origins: Origins, loginEndpoint: string): Cloud {
  const { control } = origins
  const domain = origins.domain.toLowerCase()
  return {
    name: cloudName,
    portal: control,
    resourceManager: control,
    authentication: { loginEndpoint, audiences: [control], tenant: 'common', identityProvider: 'AAD' },
    graph: graphOf(origins),
    graphAudience: graphOf(origins),
    microsoftGraphResourceId: graphOf(origins),
    suffixes: { acrLoginServer: domain, storage: domain, keyVaultDns: `vault.${domain}`, sqlServerHostname: `sql.${domain}` },
  }
}

export const endpointsOf = (origins: Origins): Endpoints => ({
  galleryEndpoint: origins.control,
  graphEndpoint: graphOf(origins),
  portalEndpoint: origins.control,
  authentication: { loginEndpoint: adfsOf(origins), audiences: [origins.control] },
})
