import { adfsOf } from '#app/clients/cloud.ts'
import type { Origins } from '#app/deps.ts'
import { json } from '#http/answer.ts'
import type { Routes } from '#http/surface.ts'
import { cloudOf, endpointsOf } from './cloud.ts'
import type { DiscoveryForm, DiscoveryRequest } from './request.ts'

const forms: { [Form in DiscoveryForm]: (origins: Origins) => unknown } = {
  endpoints: endpointsOf,
  clouds: (origins) => [cloudOf(origins, adfsOf(origins))],
  // Terraform, SDKs and PowerShell put `/<tenant>` behind it; the shape of AD FS would not take that.
  cloud: (origins) => cloudOf(origins, origins.control),
}

/** Clients ask before they can know whom to ask for a token. */
export const routes: Routes<Origins, DiscoveryRequest> = {
  endpoints: { access: () => ({ kind: 'none' }), handle: (origins, { form }) => json(200, forms[form](origins)) },
}
