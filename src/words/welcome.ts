import { welcome as en } from './en/welcome.ts'
import { welcome as es } from './es/welcome.ts'
import { welcome as fr } from './fr/welcome.ts'
import { speakers } from './messages.ts'

export const welcomeCatalogues = { en, fr, es }
export const welcomeSpeakers = speakers<typeof en>(welcomeCatalogues)
