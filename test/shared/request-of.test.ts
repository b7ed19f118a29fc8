import type { OperationName } from '../../src/shared/operations'
import { describe, expect, it } from 'vitest'
import { percentDecode } from '../../src/shared/entry-key'
import { operations } from '../../src/shared/operations'
import { encodeSegment, requestOf } from '../../src/shared/request-of'

describe('requestOf', () => {
  it.each([
    [
      'nothing to say',
      requestOf('caches.list', {}),
      { method: 'GET', path: '/admin/caches', query: '', body: undefined },
    ],
    [
      'a field in the path',
      requestOf('caches.get', { name: 'a.b' }),
      { method: 'GET', path: '/admin/caches/a.b', query: '', body: undefined },
    ],
    [
      'the rest in the query',
      requestOf('requests.list', { after: 7, limit: 10 }),
      { method: 'GET', path: '/admin/requests', query: '?after=7&limit=10', body: undefined },
    ],
    [
      'undefined left out of the query',
      requestOf('requests.list', { limit: undefined }),
      { method: 'GET', path: '/admin/requests', query: '', body: undefined },
    ],
    [
      'the rest in the body, null too',
      requestOf('caches.update', { name: 'c', ttl: null }),
      { method: 'PATCH', path: '/admin/caches/c', query: '', body: '{"ttl":null}' },
    ],
    [
      'no body where nothing is left',
      requestOf('keys.reveal', { id: 'k1' }),
      { method: 'POST', path: '/admin/keys/k1/reveal', query: '', body: undefined },
    ],
    [
      'a DELETE',
      requestOf('keys.revoke', { id: 'k1' }),
      { method: 'DELETE', path: '/admin/keys/k1', query: '', body: undefined },
    ],
  ])('lays out %s', (_, request, expected) => expect(request).toEqual(expected))

  it('does not change its input', () => {
    const input = Object.freeze({ name: 'c', ttl: 1 })
    requestOf('caches.update', input)
    expect(input).toEqual({ name: 'c', ttl: 1 })
  })

  it('sends __proto__ as a field, so that the server can refuse it', () => {
    const input = JSON.parse('{"name":"c","ttl":1,"__proto__":{"enabled":false}}')
    expect(requestOf('caches.create', input).body).toBe('{"name":"c","ttl":1,"__proto__":{"enabled":false}}')
  })

  it.each<[string, unknown, string]>([
    ['missing', {}, 'name: is missing'],
    ['a number', { name: 5 }, 'name: must be text'],
    ['empty, which would name the whole collection', { name: '' }, 'name: must not be empty'],
    ['a lone surrogate', { name: '\uD800' }, 'name: must be well-formed Unicode'],
    ['inherited only', Object.create({ name: 'c' }), 'name: is missing'],
  ])('refuses a path field that is %s', (_, input, message) => {
    expect(() => requestOf('caches.delete', input as { name: string })).toThrow(message)
  })

  it('refuses an object in the query', () => {
    expect(() => requestOf('requests.list', { after: {} } as never)).toThrow(
      'after: must be text, a number, true or false',
    )
  })

  it('fills every path of the table', () => {
    for (const name of Object.keys(operations) as OperationName[])
      expect(requestOf(name, { name: 'x', id: 'x' } as never).path).not.toMatch(/[{}]/)
  })
})

describe('encodeSegment', () => {
  it.each([
    ['.', '%2E'],
    ['..', '%2E%2E'],
    ['...', '...'],
    ['a/../b', 'a%2F..%2Fb'],
    ['//', '%2F%2F'],
    ['%2F', '%252F'],
    ['ü?#', '%C3%BC%3F%23'],
    ['a/\uDCFF', 'a%2F%FF'],
  ])('%s → %s', (text, encoded) => {
    expect(encodeSegment('key', text)).toBe(encoded)
    expect(percentDecode(encoded)).toBe(text)
  })
})
