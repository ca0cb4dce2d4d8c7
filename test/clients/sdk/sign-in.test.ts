// Each way in which @azure/identity and azure-identity sign in: told where the authority is, or by the environment alone.
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { answerPages } from '../az/pages.ts'
import { pushNew } from '../az/pushed.ts'
import { onStage, type ServicePrincipal } from '../az/stage.ts'
import { type Environment, succeed } from '../command.ts'
import { newBrowser, trusting, unchanged, withAz } from './environment.ts'
import { ask, type Credential, type Language, languages } from './sdk.ts'

interface SignedIn {
  tokens: { aud: string; oid: string; tid: string; minutes: number }[]
  registries: string[]
  repositories: string[]
}

const registryAudience = 'https://containerregistry.azure.net'

onStage('sign in with an SDK', (stage) => {
  let program: ServicePrincipal
  let certificate = ''
  let tenant = ''
  /** Object ids. */
  let [ownerId, programId] = ['', '']

  before(async () => {
    await pushNew(stage, stage.owner, [`${stage.host}/team/app:v1`])
    program = await stage.servicePrincipal('program', 'Contributor')
    tenant = program.tenant
    certificate = await addCertificate(program.appId)
    programId = (await stage.owner.az<{ id: string }>('ad', 'sp', 'show', '--id', program.appId)).id
    ownerId = (await stage.owner.az<{ id: string }>('ad', 'signed-in-user', 'show')).id
  })

  async function addCertificate(appId: string): Promise<string> {
    const [key, cert, pem] = ['key', 'crt', 'pem'].map((end) => join(stage.directory, `program.${end}`)) as [string, string, string]
    const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '30', '-subj', '/CN=program']
    await succeed('openssl', [...request, '-keyout', key, '-out', cert])
    await writeFile(pem, `${await readFile(key, 'utf8')}${await readFile(cert, 'utf8')}`)
    await stage.owner.az('ad', 'app', 'credential', 'reset', '--id', appId, '--cert', `@${cert}`, '--append')
    return pem
  }

  const person = () => ({ username: 'owner', password: stage.ownerPassword })

  async function signsIn(
    language: Language,
    who: string,
    credential: Credential,
    env: Environment,
    said?: (soFar: string) => void,
  ): Promise<void> {
    const question = { credential, control: stage.control, subscription: stage.subscription, audiences: [stage.control, registryAudience] }
    const answer = await ask<SignedIn>(stage, { language, program: 'sign-in', question, env, ...(said && { said }) })
    assert.deepEqual(
      answer.tokens.map(({ aud, oid, tid }) => ({ aud, oid, tid })),
      [stage.control, registryAudience].map((aud) => ({ aud, oid: who, tid: tenant })),
    )
    for (const { minutes } of answer.tokens) assert.ok(minutes > 50 && minutes <= 75, `${minutes}`)
    assert.deepEqual(
      { registries: answer.registries, repositories: answer.repositories },
      { registries: ['local'], repositories: ['team/app'] },
    )
  }

  /** Both shapes of the authority, given to the credential. */
  const explicit = () => [
    { authority: stage.control, tenant },
    { authority: stage.control, tenant: 'adfs' },
  ]

  for (const language of languages) {
    test(`${language}: a secret and a certificate, with the authority given, in both shapes`, async () => {
      const env = await trusting(stage)
      for (const where of explicit()) {
        const { appId: client, password: secret } = program
        await signsIn(language, programId, { way: 'secret', ...where, client, secret }, env)
        await signsIn(language, programId, { way: 'certificate', ...where, client, certificate }, env)
      }
    })

    test(`${language}: a user's password, with the authority given`, async () => {
      const env = await trusting(stage)
      // MSAL for Python asks the port 443 of the authority's host how the user signs in, unless it is of the AD FS shape.
      const shapes = language === 'Python' ? explicit().slice(1) : explicit()
      for (const where of shapes) await signsIn(language, ownerId, { way: 'password', ...where, ...person() }, env)
    })

    // The JavaScript SDK keeps tokens with and without continuous access evaluation apart; its management client wants the former.
    const questions = { JavaScript: 2, Python: 1 }[language]

    test(`${language}: a device code, with the page in a browser; another audience asks nobody`, async () => {
      const ca = await readFile(stage.caFile, 'utf8')
      for (const where of explicit()) {
        const answers: Promise<string>[] = []
        await signsIn(language, ownerId, { way: 'device', ...where }, await trusting(stage), (text) => {
          const prompts = [...text.matchAll(/(https:\/\/\S+?) and enter the code ([A-Z0-9-]+) /g)]
          for (const [, address = '', code = ''] of prompts.slice(answers.length)) {
            const answer = answerPages(address, ca, { code, ...person() })
            // What goes wrong there is told when the program has ended.
            answer.catch(() => {})
            answers.push(answer)
          }
        })
        assert.equal(answers.length, questions)
        for (const last of await Promise.all(answers)) assert.doesNotMatch(last, /<input[^>]+type="?password/i)
      }
    })

    test(`${language}: a browser, whose page leads back to the program; another audience asks nobody`, async () => {
      for (const where of explicit()) {
        const browser = await newBrowser(stage)
        const env = { ...(await trusting(stage)), ...browser.env }
        const [pages] = await Promise.all([
          browser.signIn(person(), questions),
          signsIn(language, ownerId, { way: 'browser', ...where }, env),
        ])
        for (const last of pages) assert.match(last, /complete|close this/i, 'the program says that it has what it wanted')
      }
    })

    test(`${language}: DefaultAzureCredential as it is, with the environment of "longshore env" and the tenant "adfs"`, async () => {
      const own = { AZURE_TENANT_ID: 'adfs', AZURE_CLIENT_ID: program.appId }
      for (const proof of [{ AZURE_CLIENT_SECRET: program.password }, { AZURE_CLIENT_CERTIFICATE_PATH: certificate }])
        await signsIn(language, programId, { way: 'default' }, await unchanged(stage, { ...own, ...proof }))
    })

    test(`${language}: DefaultAzureCredential as it is, where somebody has logged in with az`, async () => {
      await signsIn(language, ownerId, { way: 'default' }, await withAz(stage))
    })

    test(`${language}: what is not to be believed is refused in Entra's words`, async () => {
      const env = await trusting(stage)
      const client = program.appId
      const nobody = '11111111-2222-4333-8444-555555555555'
      const wrong: [Credential, RegExp][] = [
        [{ way: 'secret', authority: stage.control, tenant, client, secret: 'not-the-secret' }, /AADSTS7000215/],
        [{ way: 'secret', authority: stage.control, tenant, client: nobody, secret: 'x' }, /AADSTS700016/],
        [
          { way: 'secret', authority: stage.control, tenant: nobody, client, secret: program.password },
          /AADSTS90002|nable to get authority configuration|endpoints_resolution_error/,
        ],
        [{ way: 'password', authority: stage.control, tenant: 'adfs', username: 'owner', password: 'not-the-password' }, /AADSTS50126/],
      ]
      for (const [credential, words] of wrong) {
        const question = { credential, control: stage.control }
        const { message } = await ask<{ message: string }>(stage, { language, program: 'fails', question, env })
        assert.match(message, words)
        assert.ok(!message.includes('not-the-'), 'no secret in what is said')
      }
    })
  }
})
