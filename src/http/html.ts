import { createHash } from 'node:crypto'
import type { Headers } from './headers.ts'

/** Text that is HTML already. */
export class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? '')

/** Every value is escaped unless it is HTML itself; attributes are written in double quotes. */
export function html(parts: TemplateStringsArray, ...values: readonly (string | Html | readonly Html[])[]): Html {
  const written = values.map((value) =>
    typeof value === 'string' ? escape(value) : value instanceof Html ? value.text : value.map((each) => each.text).join(''),
  )
  return new Html(parts.map((part, index) => part + (written[index] ?? '')).join(''))
}

const style = `
:root{color-scheme:light dark;--page:#f3f5f8;--card:#fff;--ink:#1b2330;--soft:#556070;--line:#8a94a3;--act:#0b5cad;--on:#fff;--bad:#b3261e}
@media(prefers-color-scheme:dark){:root{--page:#12161c;--card:#1c222b;--ink:#eef1f5;--soft:#aab4c2;--line:#778394;--act:#6cb4ff;--on:#08131f;--bad:#ff9d94}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1rem;background:var(--page);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
main{width:100%;max-width:26rem;padding:2rem;background:var(--card);border-radius:.75rem;box-shadow:0 2px 16px #0002}
header{color:var(--soft);font-weight:600;margin-bottom:1rem}
h1{font-size:1.5rem;line-height:1.25;margin:0}
h2{font-size:1rem;margin:1.5rem 0 0}
pre{margin:.5rem 0 0;padding:.75rem;white-space:pre-wrap;overflow-wrap:anywhere;border:1px solid var(--line);border-radius:.375rem;font:.875rem/1.5 ui-monospace,monospace}
p{margin:.5rem 0 0;overflow-wrap:anywhere}
.soft{color:var(--soft);font-size:.875rem}
.bad{color:var(--bad);border-left:4px solid;padding-left:.75rem;margin-top:1rem}
label{display:block;margin-top:1rem;font-weight:600}
input{width:100%;margin-top:.25rem;padding:.625rem;font:inherit;color:inherit;background:transparent;border:1px solid var(--line);border-radius:.375rem}
input.code{letter-spacing:.2em;text-transform:uppercase}
button{width:100%;margin-top:1.25rem;padding:.7rem;font:inherit;font-weight:600;color:var(--on);background:var(--act);border:1px solid var(--act);border-radius:.375rem;cursor:pointer}
button.second{color:var(--act);background:transparent;margin-top:.75rem}
:focus-visible{outline:3px solid var(--act);outline-offset:2px}
`

const styleHash = createHash('sha256').update(style).digest('base64')

/** A whole page, without a script. */
export const page = (language: string, title: string, body: Html): string =>
  html`<!doctype html>
<html lang="${language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">
<title>${title} – Longshore</title><style>${new Html(style)}</style></head>
<body><main><header>Longshore</header>
${body}
</main></body>
</html>
`.text

/**
 * @param formAction where the page's form may lead, redirects included (browsers ask the policy at each step); our own when absent
 */
export const pageHeaders = (formAction?: string): Headers => [
  ['Content-Type', 'text/html; charset=utf-8'],
  [
    'Content-Security-Policy',
    `default-src 'none'; style-src 'sha256-${styleHash}'; form-action ${formAction ?? "'self'"}; frame-ancestors 'none'; base-uri 'none'`,
  ],
  ['X-Frame-Options', 'DENY'],
  ['Referrer-Policy', 'no-referrer'],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Cache-Control', 'no-store'],
  ['Vary', 'Accept-Language, Cookie'],
]
