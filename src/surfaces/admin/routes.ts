import { RegistryError } from '#core/registry-error.ts'
import type { Answer } from '#http/answer.ts'
import type { Routes } from '#http/surface.ts'
import type { AdminRequest } from './request.ts'

export interface AdminDeps {
  /** Throws when the server cannot do its work. */
  ready: () => Promise<void>
  metrics: () => Promise<{ type: string; text: string }>
}

export const plainText = ['Content-Type', 'text/plain'] as const
const page = (body: string): Answer => ({ status: 200, headers: [plainText], body })

/** Who reaches the listener may ask: it is for the operator's own network. */
const open = () => ({ kind: 'none' }) as const

export const routes: Routes<AdminDeps, AdminRequest> = {
  alive: { access: open, handle: () => page('ok\n') },
  ready: {
    access: open,
    handle: async ({ ready }) => {
      await ready().catch(() => {
        throw new RegistryError('overloaded', 'not ready')
      })
      return page('ready\n')
    },
  },
  metrics: {
    access: open,
    handle: async ({ metrics }) => {
      const { type, text } = await metrics().catch(() => {
        throw new RegistryError('overloaded', 'no metrics now')
      })
      return { status: 200, headers: [['Content-Type', type]], body: text }
    },
  },
}
