import { signIn as en } from './en/sign-in.ts'
import { signIn as es } from './es/sign-in.ts'
import { signIn as fr } from './fr/sign-in.ts'
import { type Say, speakers } from './messages.ts'

export type SignInKey = keyof typeof en
export type SignInWords = Say<typeof en>

export const signInCatalogues = { en, fr, es }
export const signInSpeakers = speakers<typeof en>(signInCatalogues)
