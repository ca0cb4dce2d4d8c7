import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shellWord } from './shell-word.ts'

for (const [word, written] of [
  ['/srv/longshore', '/srv/longshore'],
  ['a=b,c:d@e%f+g.h~i-j', 'a=b,c:d@e%f+g.h~i-j'],
  ['', "''"],
  ['two words', "'two words'"],
  ['$HOME', "'$HOME'"],
  ["it's", String.raw`'it'\''s'`],
  ['a;b', "'a;b'"],
] as const)
  test(`${JSON.stringify(word)} is written ${written}`, () => assert.equal(shellWord(word), written))
