import { createInterface } from 'node:readline/promises'

/** Undefined: nobody is at a terminal. */
export async function confirmAtTerminal(question: string): Promise<boolean | undefined> {
  if (!process.stdin.isTTY) return undefined
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^(?:y|yes|o|oui|s|sí|si)$/i.test((await terminal.question(question)).trim())
  } finally {
    terminal.close()
  }
}
