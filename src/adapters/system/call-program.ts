import { spawn } from 'node:child_process'

export interface Called {
  code: number
  out: string
  problem: string
}

/** Runs a program to its end; what it reads is on no command line. Undefined: there is no such program. */
export function callProgram(
  program: string,
  words: readonly string[],
  { input, env }: { input: string; env: Readonly<Record<string, string | undefined>> },
): Promise<Called | undefined> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { env: { ...env }, stdio: ['pipe', 'pipe', 'pipe'] })
    const [out, problem]: [Buffer[], Buffer[]] = [[], []]
    child.stdout.on('data', (piece: Buffer) => out.push(piece))
    child.stderr.on('data', (piece: Buffer) => problem.push(piece))
    child.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? resolve(undefined) : reject(error)))
    child.on('close', (code) =>
      resolve({ code: code ?? -1, out: Buffer.concat(out).toString('utf8'), problem: Buffer.concat(problem).toString('utf8') }),
    )
    // One that ended before it read everything says why by its code.
    child.stdin.on('error', () => {})
    child.stdin.end(input)
  })
}
