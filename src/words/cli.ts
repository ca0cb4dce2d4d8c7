import { cli as en } from './en/cli.ts'
import { cli as es } from './es/cli.ts'
import { cli as fr } from './fr/cli.ts'
import { type Say, speakers } from './messages.ts'

export type CliKey = keyof typeof en
export type CliWords = Say<typeof en>

export const cliCatalogues = { en, fr, es }
export const cliSpeakers = speakers<typeof en>(cliCatalogues)
