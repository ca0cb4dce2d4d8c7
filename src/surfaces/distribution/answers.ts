/** On every answer of this surface (Docker Registry HTTP API V2, "API Version Check"). */
export const apiVersion = ['Docker-Distribution-Api-Version', 'registry/2.0'] as const
export const json = ['Content-Type', 'application/json; charset=utf-8'] as const
