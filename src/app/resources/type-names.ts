/** Types of Microsoft.ContainerRegistry, as Azure writes them; actions begin with these. */
export const registryType = 'Microsoft.ContainerRegistry/registries'
export const tokenType = `${registryType}/tokens`
export const scopeMapType = `${registryType}/scopeMaps`
