import { type Catalogue, en } from './catalogue/en.ts'
import { es } from './catalogue/es.ts'
import { fr } from './catalogue/fr.ts'

export const catalogues: Readonly<Record<'en' | 'fr' | 'es', Catalogue>> = { en, fr, es }
