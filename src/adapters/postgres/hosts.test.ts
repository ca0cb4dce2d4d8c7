import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hostsOf, shownHosts } from './hosts.ts'

const hrefs = (text: string) => hostsOf(text)?.map(({ href }) => href)

test('each host of a URL has a URL of its own', () => {
  assert.deepEqual(hrefs('postgres://u:p%40@a:5432,b,[::1]:5433/d?sslmode=require&target_session_attrs=read-write'), [
    'postgres://u:p%40@a:5432/d?sslmode=require',
    'postgres://u:p%40@b/d?sslmode=require',
    'postgres://u:p%40@[::1]:5433/d?sslmode=require',
  ])
  assert.deepEqual(hrefs('postgresql://a/d'), ['postgresql://a/d'])
})

test('what is no URL of a PostgreSQL that takes writes is none', () => {
  for (const text of [
    '',
    'sqlite',
    'mysql://a/d',
    'postgres://a',
    'postgres://a/',
    'postgres://a,/d',
    'postgres://,a/d',
    'postgres:///d',
    'postgres://u:p@a/b@c/d',
  ])
    assert.equal(hostsOf(text), undefined, text)
  for (const attributes of ['any', 'standby', 'read-only', 'prefer-standby'])
    assert.equal(hostsOf(`postgres://a/d?target_session_attrs=${attributes}`), undefined, attributes)
})

test('nobody is shown a password', () => {
  assert.equal(
    shownHosts('postgres://u:secret@a:5432,b/d?password=secret&sslPassword=secret&sslmode=require'),
    'postgres://u:***@a:5432,b/d?password=***&sslPassword=***&sslmode=require',
  )
  assert.equal(shownHosts('postgres://a,b/d'), 'postgres://a,b/d')
  assert.equal(shownHosts('no'), undefined)
})
