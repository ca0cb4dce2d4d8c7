import { type Failure, failures, RegistryError } from '#core/registry-error.ts'
import type { Answer } from '#http/answer.ts'
import { jsonType } from '#http/answer.ts'
import { errorBody, rowsFor } from '#http/failure.ts'
import { html, page, pageHeaders } from '#http/html.ts'
import type { HttpRequest } from '#http/http-request.ts'
import { preferredLanguage } from '#http/language.ts'
import type { Route, Routes, Surface } from '#http/surface.ts'
import { languages } from '#words/messages.ts'
import { welcomeSpeakers } from '#words/welcome.ts'

interface Dialect {
  /** What a person types on the machine itself. */
  world: { program: string }
  caller: undefined
  request: { kind: 'page' }
  route: Route<Context, { kind: 'page' }>
  context: Context
}

interface Context {
  http: HttpRequest
  program: string
}

/**
 * The root of one of our hosts for a person who looks at it: what asks for HTML by name; programs ask for anything, or for JSON.
 * Probes of a balancer ask for the options of the root, and take what succeeds.
 */
export const isWelcome = (http: HttpRequest, path: string): boolean =>
  path === '/' && (http.method === 'OPTIONS' || (['GET', 'HEAD'].includes(http.method) && wantsHtml(http.header('accept'))))

const wantsHtml = (accept = ''): boolean =>
  accept
    .slice(0, 1000)
    .split(',')
    .some((each) => /^\s*text\/html\s*(?:;|$)/i.test(each) && !/;\s*q=0(?:\.0*)?\s*(?:;|$)/i.test(each))

const routes: Routes<Context, Dialect['request']> = { page: { access: () => ({ kind: 'none' }), handle: showPage } }

const wire = {
  ...rowsFor(failures, [503, 'UNAVAILABLE']),
  'method-unsupported': [405, 'UNSUPPORTED'],
} as const satisfies Record<Failure, readonly [status: number, code: string]>

export const welcome: Surface<Dialect> = {
  first: 'request',
  parse: ({ http: { method } }) => {
    if (method === 'GET' || method === 'HEAD') return { kind: 'page' }
    throw new RegistryError('method-unsupported', 'the page is read with GET', { allowed: ['GET', 'HEAD'] })
  },
  identify: () => undefined,
  routeOf: ({ kind }) => routes[kind],
  admit: () => {},
  context: ({ http, world }) => ({ http, program: world.program }),
  headers: () => [],
  fail: (_call, { failure, message, detail }) => {
    const [status, code] = wire[failure]
    return { status, headers: [jsonType], body: errorBody(code, message, detail) }
  },
}

/** What this is, and where to go from here. */
function showPage({ http, program }: Context): Answer {
  const language = preferredLanguage(http.header('accept-language'), languages)
  const { say } = welcomeSpeakers[language]
  const { host } = http
  const body = html`<h1>${say('title')}</h1><p>${say('lead')}</p>
<h2>${say('push')}</h2><pre>docker login ${host}
docker tag hello-world ${host}/hello:1
docker push ${host}/hello:1</pre>
<h2>${say('control')}</h2><pre>eval "$(${program} env)"
az login -u owner
az acr list</pre>
<p class="soft">${say('trust', { program })}</p><p class="soft">${say('help', { program })}</p>`
  const headers = [...pageHeaders().filter(([name]) => name !== 'Vary'), ['Vary', 'Accept, Accept-Language'] as const]
  return { status: 200, headers, body: page(language, say('title'), body) }
}
