import type { Exchange } from '#http/exchange.ts'
import { html, page, pageHeaders } from '#http/html.ts'
import { preferredLanguage } from '#http/language.ts'
import { languages } from '#words/messages.ts'
import { welcomeSpeakers } from '#words/welcome.ts'

/** A person looks at the root of one of our hosts: what asks for HTML by name. Programs ask for anything, or for JSON. */
export const isWelcome = (exchange: Exchange, path: string): boolean =>
  path === '/' && (exchange.method === 'GET' || exchange.method === 'HEAD') && wantsHtml(exchange.header('accept'))

const wantsHtml = (accept = ''): boolean =>
  accept
    .slice(0, 1000)
    .split(',')
    .some((each) => /^\s*text\/html\s*(?:;|$)/i.test(each) && !/;\s*q=0(?:\.0*)?\s*(?:;|$)/i.test(each))

/** What this is, and where to go from here. */
export async function serveWelcome(exchange: Exchange): Promise<void> {
  const language = preferredLanguage(exchange.header('accept-language'), languages)
  const { say } = welcomeSpeakers[language]
  const { host } = exchange
  const body = html`<h1>${say('title')}</h1><p>${say('lead')}</p>
<h2>${say('push')}</h2><pre>docker login ${host}
docker tag hello-world ${host}/hello:1
docker push ${host}/hello:1</pre>
<h2>${say('control')}</h2><pre>eval "$(longshore env)"
az login -u owner
az acr list</pre>
<p class="soft">${say('trust')}</p><p class="soft">${say('help')}</p>`
  const headers = [...pageHeaders().filter(([name]) => name !== 'Vary'), ['Vary', 'Accept, Accept-Language'] as const]
  await exchange.send(200, headers, page(language, say('title'), body))
}
