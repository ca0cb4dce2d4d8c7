import type { Headers } from '#http/exchange.ts'
import type { EntraContext } from './context.ts'
import { type Html, page, pageHeaders } from '#http/html.ts'

const jsonHeaders: Headers = [
  ['Content-Type', 'application/json; charset=utf-8'],
  ['Cache-Control', 'no-store'],
  ['Pragma', 'no-cache'],
]

export const sendJson = (
  { exchange }: Pick<EntraContext, 'exchange'>,
  status: number,
  body: Record<string, unknown>,
  headers: Headers = [],
): Promise<void> => exchange.send(status, [...jsonHeaders, ...headers], JSON.stringify(body))

export interface PageAnswer {
  status: number
  title: string
  body: Html
  headers?: Headers
  /** As `pageHeaders` has it. */
  formAction?: string | undefined
}

export const sendPage = (
  { exchange, language }: Pick<EntraContext, 'exchange' | 'language'>,
  { status, title, body, headers = [], formAction }: PageAnswer,
): Promise<void> => exchange.send(status, [...pageHeaders(formAction), ...headers], page(language, title, body))
