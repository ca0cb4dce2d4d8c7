import { type Finding, found, type Patient } from '#core/checkup.ts'
import type { Machine } from '#ports/machine.ts'
import { registries } from './places.ts'

/** What podman, buildah and skopeo are told of registries. */
export function checkPodman(machine: Machine, patient: Patient): Finding[] {
  const tool = ['podman', 'skopeo', 'buildah'].find((each) => machine.has(each))
  if (tool === undefined) return []
  const findings = filesOf(machine).flatMap((path) => checkFile(path, machine.read(path) ?? '', patient))
  return findings.length > 0 ? findings : [found('podman-ready', tool)]
}

function filesOf(machine: Machine): string[] {
  const named = machine.env.CONTAINERS_REGISTRIES_CONF
  if (named) return [named]
  const folders = ['/etc/containers', `${machine.env.XDG_CONFIG_HOME || `${machine.home}/.config`}/containers`]
  return folders.flatMap((folder) => [
    `${folder}/registries.conf`,
    ...machine.list(`${folder}/registries.conf.d`).map((name) => `${folder}/registries.conf.d/${name}`),
  ])
}

function checkFile(path: string, text: string, patient: Patient): Finding[] {
  const ours = new Set(registries(patient))
  // A block ends where the next heading begins.
  return text
    .split(/^\s*\[\[registry\]\]\s*$/m)
    .slice(1)
    .map((block) => block.split(/^\s*\[/m)[0] ?? '')
    .flatMap((block) => {
      const names = ['prefix', 'location'].map((key) => new RegExp(`^\\s*${key}\\s*=\\s*["']([^"'/]+)`, 'm').exec(block)?.[1] ?? '')
      const host = names.find((name) => ours.has(name))
      if (host === undefined) return []
      if (/^\s*blocked\s*=\s*true/m.test(block)) return [found('podman-blocked', path, { host })]
      return /^\s*insecure\s*=\s*true/m.test(block) ? [found('podman-insecure', path, { host })] : []
    })
}
