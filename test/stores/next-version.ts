// Preloaded (node --import): the program of the next version, which has one more migration. NEXT_MIGRATION=additive|breaking says which.
import { registerHooks } from 'node:module'

const schema = new URL('../../src/store/schema.ts', import.meta.url).href
const next = new URL('./next-schema.ts', import.meta.url).href

registerHooks({
  resolve(specifier, context, nextResolve) {
    const found = nextResolve(specifier, context)
    // What the next one builds on is this one's.
    return found.url === schema && context.parentURL !== next ? { ...found, url: next } : found
  },
})
