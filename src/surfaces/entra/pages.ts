import { type Html, html } from '#http/html.ts'
import { deviceAnswerPath, signInPath } from './request.ts'
import type { SignInWords } from '#words/sign-in.ts'

interface Form {
  /** A sealed ticket. */
  ticket: string
  /** What went wrong at the last attempt, in the reader's language. */
  problem?: string | undefined
}

const hidden = (name: string, value: string): Html => html`<input type="hidden" name="${name}" value="${value}">`

const problemOf = (problem: string | undefined): Html =>
  problem === undefined ? html`` : html`<p class="bad" role="alert" id="problem">${problem}</p>`

const credentialFields = (words: SignInWords, username: string): Html => html`
<label for="username">${words('sign-in.username')}</label>
<input id="username" name="username" type="text" autocomplete="username" autocapitalize="none" spellcheck="false" required value="${username}">
<label for="password">${words('sign-in.password')}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>`

export const signInForm = (
  words: SignInWords,
  { ticket, problem, client, username }: Form & { client: string; username: string },
): Html => html`
<h1>${words('sign-in.title')}</h1><p>${words('sign-in.lead', { client })}</p>${problemOf(problem)}
<form method="post" action="${signInPath}">${hidden('ticket', ticket)}${credentialFields(words, username)}
<button type="submit">${words('sign-in.submit')}</button></form>`

export const deviceCodeForm = (words: SignInWords, { ticket, problem, typed }: Form & { typed: string }): Html => html`
<h1>${words('device.title')}</h1><p>${words('device.lead')}</p>${problemOf(problem)}
<form method="post" action="${deviceAnswerPath}">${hidden('ticket', ticket)}
<label for="code">${words('device.code')}</label>
<input class="code" id="code" name="code" type="text" autocomplete="off" autocapitalize="characters" spellcheck="false" required value="${typed}">
<button type="submit">${words('device.submit')}</button></form>`

export const deviceSignInForm = (
  words: SignInWords,
  { ticket, problem, client, userCode, username }: Form & { client: string; userCode: string; username: string },
): Html => html`
<h1>${words('device.confirm.title')}</h1><p>${words('device.confirm.lead', { client, code: userCode })}</p>
<p>${words('device.confirm.warning')}</p>${problemOf(problem)}
<form method="post" action="${deviceAnswerPath}">${hidden('ticket', ticket)}${credentialFields(words, username)}
<button type="submit" name="answer" value="grant">${words('device.confirm.submit')}</button>
<button class="second" type="submit" name="answer" value="refuse" formnovalidate>${words('device.confirm.refuse')}</button></form>`

/** `form_post`: the answer goes on as a form, which a page without a script lets the person send. */
export const continueForm = (
  words: SignInWords,
  { client, action, answer }: { client: string; action: string; answer: Readonly<Record<string, string>> },
): Html => html`
<h1>${words('continue.title')}</h1><p>${words('continue.lead', { client })}</p>
<form method="post" action="${action}">${Object.entries(answer).map(([name, value]) => hidden(name, value))}
<button type="submit" autofocus>${words('continue.submit')}</button></form>`

export const outcome = (words: SignInWords, kind: 'done' | 'refused', client: string): Html => html`
<h1>${words(`${kind}.title`)}</h1><p role="status">${words(`${kind}.lead`, { client })}</p>`

export const failure = (
  words: SignInWords,
  { problem, code, correlation }: { problem: string; code: string; correlation: string },
): Html => html`
<h1>${words('failed.title')}</h1><p class="bad" role="alert">${problem}</p>
<p class="soft">${words('failed.more', { code, correlation })}</p>`
