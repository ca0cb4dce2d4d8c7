// Where each foreign client is on this machine.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import {
  debianTools,
  type GoModule,
  goToolFolder,
  goTools,
  nodeModulesOf,
  type NodeTool,
  nodeTools,
  type PythonTool,
  pythonOf,
  pythonTools,
} from '../../tools/install-clients.ts'

/** The path of a tool that this project builds from a pinned Go module. */
export function goTool(binary: string): string {
  for (const [module, binaries] of Object.entries(goTools)) {
    if (!(binary in binaries)) continue
    const path = join(goToolFolder(module as GoModule), binary)
    if (!existsSync(path)) throw new Error(`${binary} is not installed: run node tools/install-clients.ts`)
    return path
  }
  throw new Error(`no module under test/clients/go makes ${binary}`)
}

/** Every tool, with a command line that only works when it is here. */
export function everyTool(): { name: string; command: () => string; args: string[] }[] {
  const debian = Object.entries(debianTools).map(([name, [command = name, ...args]]) => ({ name, command: () => command, args }))
  const go = Object.values(goTools).flatMap((binaries) =>
    Object.entries(binaries).map(([name, args]) => ({ name, command: () => goTool(name), args })),
  )
  const python = Object.entries(pythonTools).map(([name, { proof }]) => {
    return { name, command: () => pythonOf(name as PythonTool), args: ['-c', proof] }
  })
  const node = Object.entries({ 'sdk-js': nodeTools['sdk-js'] }).map(([name, { proof }]) => {
    const loads = proof.map((each) => `require(${JSON.stringify(join(nodeModulesOf(name as NodeTool), each))})`)
    return { name, command: () => process.execPath, args: ['-e', loads.join(';')] }
  })
  return [...debian, ...go, ...python, ...node]
}
