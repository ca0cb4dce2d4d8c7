import assert from 'node:assert/strict'
import { test } from 'node:test'
import { signInSpeakers } from './sign-in.ts'
import { type Say, speakers } from './messages.ts'

const catalogue = {
  plain: "nothing to fill: it's <told> # as it is",
  names: '{who} is at {place}',
  files: '{count, plural, =0 {no files} one {# file} other {# files}} of {who}',
} as const
const { en, fr, es } = speakers<typeof catalogue>({
  en: catalogue,
  fr: { ...catalogue, files: '{count, plural, one {# fichier} other {# fichiers}} de {who}' },
  es: { ...catalogue, files: '{count, plural, one {# archivo} other {# archivos}} de {who}' },
})

test('a sentence without braces is said as it stands', () => assert.equal(en.say('plain'), catalogue.plain))

test('values stand where their names stood, whatever is in them', () =>
  assert.equal(en.say('names', { who: "{place} isn't", place: 0 }), "{place} isn't is at 0"))

test('a plural follows the rules of its language', () => {
  const said = (say: Say<typeof catalogue>) => [0, 1, 2, 12_345].map((count) => say('files', { count, who: 'us' }))
  assert.deepEqual(said(en.say), ['no files of us', '1 file of us', '2 files of us', '12,345 files of us'])
  assert.deepEqual(said(fr.say), ['0 fichier de us', '1 fichier de us', '2 fichiers de us', '12\u202f345 fichiers de us'])
  assert.deepEqual(said(es.say), ['0 archivos de us', '1 archivo de us', '2 archivos de us', '12.345 archivos de us'])
})

test('what comes as data may lack a value: its name stays, and nothing throws', () => {
  assert.equal(en.tell('names', { who: 'A' }), 'A is at {place}')
  assert.equal(en.tell('names', { who: 'A', place: 'B', more: 1 }), 'A is at B')
})

test('one second is one second', () => {
  assert.match(signInSpeakers.en.say('error.slow', { seconds: 1 }), /in 1 second\./)
  assert.match(signInSpeakers.fr.say('error.slow', { seconds: 1 }), /dans 1 seconde\./)
  assert.match(signInSpeakers.es.say('error.slow', { seconds: 2 }), /en 2 segundos\./)
})
