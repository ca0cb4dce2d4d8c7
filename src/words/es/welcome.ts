import type { welcome as english } from '../en/welcome.ts'
import type { Translation } from '../messages.ts'

export const welcome: Translation<typeof english> = {
  title: 'Esto es Longshore',
  lead: 'Un registro de contenedores con el plano de control de Azure Container Registry, en esta máquina. Esta dirección es para programas; aquí no hay nada que rellenar.',
  push: 'Subir una imagen',
  control: 'Administrar los registros con az',
  trust: 'Si un cliente no confía en el certificado, dele la autoridad: «{program} ca --path» dice dónde está.',
  help: 'Si algo no funciona: «{program} doctor» busca el motivo y da la línea que lo arregla.',
}
