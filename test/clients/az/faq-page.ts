// docs/faq.<language>.md as a test reads it: the questions, and what stands in code under each of them.
import { readFileSync } from 'node:fs'

export const languages = ['en', 'fr', 'es'] as const

/**
 * Code, and how it is run. Above a fence stands, as comments, what differs from "it succeeds in the shell of who may do everything":
 *   file: NAME        it is the text of a file, in the folder where the lines run
 *   shell: NAME       it runs in the shell of somebody else
 *   refused: WORDS    it must fail, and say so
 *   not yet: WORDS    the same, because it is not built: who builds it takes the comment away
 */
export interface Code {
  language: string
  text: string
  file: string | undefined
  shell: string
  refused: string | undefined
  notYet: boolean
}

export interface Question {
  /** 0: what stands before the first one. */
  number: number
  title: string
  /** Without code. */
  answer: string
  codes: Code[]
}

export function readFaq(language: (typeof languages)[number]): Question[] {
  const text = readFileSync(new URL(`../../../docs/faq.${language}.md`, import.meta.url), 'utf8')
  return text.split(/^### /m).map((part, index) => {
    const [, number = '0', title = ''] = /^(\d+)\. (.*)$/m.exec(index === 0 ? '' : (part.split('\n')[0] ?? '')) ?? []
    const body = index === 0 ? part : part.slice(part.indexOf('\n') + 1)
    const code = /((?:^<!-- .* -->\n)*)^```(\w*)\n([\s\S]*?)^```$/gm
    const codes = [...body.matchAll(code)].map(([, marks = '', language = '', text = '']) => ({ language, text, ...readMarks(marks) }))
    return { number: Number(number), title, answer: body.replace(code, '').trim(), codes }
  })
}

function readMarks(text: string): Omit<Code, 'language' | 'text'> {
  const marks = new Map<string, string>()
  for (const [line, name = '', value = ''] of text.matchAll(/^<!-- (file|shell|refused|not yet): (.+) -->$|^.+$/gm)) {
    if (name === '' || marks.has(name)) throw new Error(`not a mark of code: ${line}`)
    marks.set(name, value)
  }
  return {
    file: marks.get('file'),
    shell: marks.get('shell') ?? 'owner',
    refused: marks.get('refused') ?? marks.get('not yet'),
    notYet: marks.has('not yet'),
  }
}
