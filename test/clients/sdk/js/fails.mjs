// A credential that is not to be believed: what does the SDK say?
import { credentialOf } from './credential.mjs'
import { answer } from './question.mjs'

await answer(async ({ credential, control }) => {
  try {
    await credentialOf(credential).getToken(`${control}/.default`)
  } catch (error) {
    return { message: error.message }
  }
  throw new Error('signed in')
})
