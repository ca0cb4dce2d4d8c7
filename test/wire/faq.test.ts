// What the three pages of the FAQ have in common; that their lines work is looked at by test/clients/az/faq-page.test.ts.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { languages, readFaq } from '../clients/az/faq-page.ts'

const docs = new URL('../../docs/', import.meta.url)
const english = readFaq('en')

for (const language of languages) {
  const page = readFaq(language)
  const text = readFileSync(new URL(`faq.${language}.md`, docs), 'utf8')

  test(`${language}: the 42 questions in their order, each with an answer`, () => {
    assert.deepEqual(
      page.map(({ number }) => number),
      Array.from({ length: 43 }, (_, index) => index),
    )
    for (const { number, title, answer } of page) if (number > 0) assert.ok(title.length > 8 && answer.length > 20, `${number}`)
  })

  test(`${language}: the same code as in English, to the letter, and none that a test would not run`, () => {
    for (const [index, { number, codes }] of page.entries()) {
      assert.deepEqual(codes, english[index]?.codes, `question ${number}`)
      for (const { language, file } of codes) assert.equal(language, file === undefined ? 'sh' : 'json', `question ${number}`)
    }
    const fences = text.match(/^```/gm)?.length ?? 0
    assert.equal(fences, 2 * page.flatMap(({ codes }) => codes).length, 'every fence is read')
  })

  test(`${language}: what it links to is there`, () => {
    const links = [...text.matchAll(/\]\(([^)#]+)/g)].map(([, link = '']) => link)
    assert.ok(links.length >= 4)
    for (const link of links) assert.ok(existsSync(new URL(link, docs)), link)
  })

  if (language === 'en') continue
  test(`${language}: no sentence of the English page was left behind`, () => {
    const sentences = (answer: string) => answer.split(/(?<=[.?:])\s+/).filter((each) => each.length > 40 && !each.includes('`'))
    for (const [index, { number, title, answer }] of page.entries()) {
      const others = new Set(sentences(english[index]?.answer ?? ''))
      assert.deepEqual(
        sentences(answer).filter((each) => others.has(each)),
        [],
        `question ${number}`,
      )
      if (number > 0) assert.notEqual(title, english[index]?.title)
    }
  })
}

test('what is not built is marked, so that who builds it finds the line', () => {
  const numbers = english.filter(({ codes }) => codes.some(({ notYet }) => notYet)).map(({ number }) => number)
  assert.deepEqual(numbers, [1, 2, 6, 14, 17, 36, 37, 41, 42])
})
