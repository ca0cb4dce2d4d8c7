import { type Finding, found, type Here, type Patient } from '#core/checkup.ts'
import type { Machine } from '#ports/machine.ts'

/** Can the server listen where it is to, or does it. */
export async function checkPorts(machine: Machine, { here }: Patient): Promise<Finding[]> {
  if (!here) return []
  return Promise.all(here.listeners.filter(({ port }) => port !== 0).map((listener) => checkPort(machine, here, listener)))
}

async function checkPort(machine: Machine, here: Here, { setting, host, port }: Here['listeners'][number]): Promise<Finding> {
  const of = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
  const vacancy = await machine.vacancy(host, port)
  const flag = `--${setting}`
  switch (vacancy) {
    case 'free':
      return here.isRunning ? found('port-silent', of, { flag }) : found('port-free', of, { flag })
    case 'not-permitted':
      // Whoever runs this may be another than the server.
      return here.isRunning
        ? found('port-ours', of, { flag })
        : found('port-not-permitted', of, { flag, port }, { cure: `sudo sysctl -w net.ipv4.ip_unprivileged_port_start=${port}` })
    case 'not-here':
      return found('port-not-here', of, { flag })
    case 'taken': {
      const holder = machine.holder(port)
      const isOurs = here.isRunning && (holder === undefined || here.pid === undefined || holder.pid === here.pid)
      if (isOurs) return found('port-ours', of, { flag })
      return found('port-taken', of, { flag, holder: holder ? `${holder.program} (${holder.pid})` : '?' })
    }
  }
}
