import { RegistryError } from './registry-error.ts'

// Each failure that several places meet, built once.

export const addressRefused = (address: string): RegistryError =>
  new RegistryError(
    'address-refused',
    `client with IP '${address}' is not allowed access. Refer https://aka.ms/acr/firewall to grant access.`,
  )
