import type { Answer } from '#http/answer.ts'
import type { Headers } from '#http/headers.ts'
import { type Html, page, pageHeaders } from '#http/html.ts'
import type { EntraContext } from './context.ts'

const jsonHeaders: Headers = [
  ['Content-Type', 'application/json; charset=utf-8'],
  ['Cache-Control', 'no-store'],
  ['Pragma', 'no-cache'],
]

export const jsonAnswer = (body: Readonly<Record<string, unknown>>, { status = 200, headers = [] as Headers } = {}) => ({
  status,
  headers: [...jsonHeaders, ...headers],
  body: JSON.stringify(body),
})

export interface Page {
  status?: number
  title: string
  body: Html
  headers?: Headers
  /** As `pageHeaders` has it. */
  formAction?: string | undefined
}

export const pageAnswer = (
  { language }: Pick<EntraContext, 'language'>,
  { status = 200, title, body, headers = [], formAction }: Page,
) => ({ status, headers: [...pageHeaders(formAction), ...headers], body: page(language, title, body) })

/** Back to the program; what the URL holds is nobody else's. */
export const redirectTo = (url: URL, headers: Headers = []): Answer => ({
  status: 303,
  headers: [['Location', url.href], ['Cache-Control', 'no-store'], ['Referrer-Policy', 'no-referrer'], ...headers],
})
