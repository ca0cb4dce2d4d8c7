// A browser without a screen: it goes to a page, fills in the forms that it is shown and follows where they lead.
import assert from 'node:assert/strict'
import http from 'node:http'
import https from 'node:https'

interface Page {
  url: URL
  html: string
}

const mostPages = 8

/**
 * Answers form after form: `code` goes where a code is asked for, `username` and `password` likewise; hidden fields go
 * back as they came. Returns the last page, which has no field to fill in.
 */
export async function answerPages(
  address: string,
  ca: string,
  answers: { code: string; username: string; password: string },
): Promise<string> {
  const cookies = new Map<string, string>()
  let page = await open('GET', new URL(address), ca, cookies)
  for (let pages = 0; pages < mostPages; pages++) {
    const [, attributes = '', inside = ''] = /<form\b([^>]*)>(.*?)<\/form>/is.exec(page.html) ?? []
    const fields = [...inside.matchAll(/<(?:input|button)\b([^>]*)>/gis)].map(([, text = '']) => text)
    const isFilledIn = (field: string) => !/^(?:hidden|submit|button)$/i.test(attribute(field, 'type') || 'text')
    if (!fields.some((field) => attribute(field, 'type') !== 'hidden')) return page.html
    const form = new URLSearchParams()
    let wasSubmitter = false
    for (const field of fields) {
      const name = attribute(field, 'name')
      if (name === '') continue
      const type = attribute(field, 'type') || 'text'
      // One button is pressed: the first.
      if (type === 'submit' || type === 'button') {
        if (wasSubmitter) continue
        wasSubmitter = true
      }
      form.set(name, isFilledIn(field) ? filledIn(name, type, answers) : attribute(field, 'value'))
    }
    const target = new URL(attribute(attributes, 'action') || page.url, page.url)
    page = await open((attribute(attributes, 'method') || 'get').toUpperCase(), target, ca, cookies, form)
  }
  throw new assert.AssertionError({ message: `still asked after ${mostPages} pages:\n${page.html}` })
}

function filledIn(name: string, type: string, { code, username, password }: { code: string; username: string; password: string }): string {
  if (type === 'password') return password
  return /code|otc/i.test(name) ? code : username
}

function attribute(tag: string, name: string): string {
  const [, double, single, bare] = new RegExp(`\\b${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s>]+))`, 'i').exec(tag) ?? []
  const text = double ?? single ?? bare ?? ''
  return text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}

async function open(method: string, url: URL, ca: string, cookies: Map<string, string>, form?: URLSearchParams): Promise<Page> {
  const target = new URL(url)
  if (form && method === 'GET') target.search = form.toString()
  const body = form && method !== 'GET' ? form.toString() : undefined
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const headers = {
    accept: 'text/html',
    ...(cookie !== '' && { cookie }),
    ...(body !== undefined && {
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': String(Buffer.byteLength(body)),
      origin: target.origin,
    }),
  }
  const { status, location, html } = await new Promise<{ status: number; location: string | undefined; html: string }>(
    (resolve, reject) => {
      // A program that waits for the person's answer does so on its own machine, without TLS.
      const { request: start } = target.protocol === 'http:' ? http : https
      const request = start(target, { method, headers, ca, agent: false }, (response) => {
        let html = ''
        for (const line of response.headers['set-cookie'] ?? []) {
          const [, name = '', value = ''] = /^([^=;]+)=([^;]*)/.exec(line) ?? []
          cookies.set(name, value)
        }
        response.setEncoding('utf8').on('data', (text) => (html += text))
        response.on('error', reject)
        response.on('end', () => resolve({ status: response.statusCode ?? 0, location: response.headers.location, html }))
      })
      request.on('error', reject)
      request.end(body)
    },
  )
  if (status >= 300 && status < 400 && location) return open('GET', new URL(location, target), ca, cookies)
  assert.ok(status < 500, `${method} ${target.pathname} answered ${status}\n${html}`)
  return { url: target, html }
}
