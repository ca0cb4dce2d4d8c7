import { readFileSync } from 'node:fs'
import { uptime } from 'node:os'
import type { Uptime } from '#ports/uptime.ts'

export const systemUptime: Uptime = { boot: bootId(), now: () => Math.round(uptime() * 1000) }

/** Linux names each of its starts (proc_sys_kernel(5)). */
function bootId(): string | null {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return null
  }
}
