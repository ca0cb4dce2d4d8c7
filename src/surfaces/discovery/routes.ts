import type { Origins } from '#app/deps.ts'
import { adfsOf, cloudOf, endpointsOf } from './cloud.ts'
import type { DiscoveryForm, DiscoveryRequest } from './request.ts'

interface Route {
  /** Clients ask before they can know whom to ask for a token. */
  access: 'none'
  answer: (origins: Origins, request: DiscoveryRequest) => unknown
}

const forms: { [Form in DiscoveryForm]: (origins: Origins) => unknown } = {
  endpoints: endpointsOf,
  clouds: (origins) => [cloudOf(origins, adfsOf(origins))],
  // Terraform, SDKs and PowerShell put `/<tenant>` behind it; the shape of AD FS would not take that.
  cloud: (origins) => cloudOf(origins, origins.control),
}

export const routes = {
  endpoints: { access: 'none', answer: (origins, { form }) => forms[form](origins) },
} satisfies { [Kind in DiscoveryRequest['kind']]: Route }
