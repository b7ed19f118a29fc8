// How the docs screen presents the document that the server generates.
import type { DocumentedOperation, Operation, ShownDocument } from '../../src/renderer/src/views/docs/open-api'
import { describe, expect, it } from 'vitest'
import { createOpenApi } from '../../src/main/http/openapi/document'
import { composeRequest, startDraft } from '../../src/renderer/src/views/docs/compose'
import { fieldsOf, groupOperations, searchOperations, typeOf } from '../../src/renderer/src/views/docs/open-api'
import { dataOperations } from '../../src/shared/data-operations'
import { operations } from '../../src/shared/operations'

const document = createOpenApi({ version: '0.0.0', url: 'http://localhost:7777' }) as unknown as ShownDocument
const groups = groupOperations(document)
const entries = groups.flatMap(group => group.entries)
const { schemas } = document.components

describe('documentation', () => {
  it('has every operation of both tables, each in one group, and HEAD with its GET', () => {
    const rows = Object.keys(operations).length + Object.values(dataOperations)
      .reduce((sum, { methods }) => sum + methods.length, 0)
    const heads = entries.filter(({ head }) => head)
    expect(heads.map(({ method }) => method)).toEqual(heads.map(() => 'GET'))
    expect(entries.length + heads.length).toBe(rows)
    expect(new Set(entries.map(entry => `${entry.method} ${entry.path}`)).size).toBe(entries.length)
    expect(entries.map(entry => entry.id)).toEqual(expect.arrayContaining([
      ...Object.keys(operations),
      ...Object.keys(dataOperations),
    ]))
  })

  it('finds by every word, in any order and case', () => {
    expect(searchOperations(groups, 'EMPTY flush').flatMap(group =>
      group.entries.map(entry => entry.id))).toEqual(['plain.flush'])
    expect(searchOperations(groups, ' ')).toEqual(groups.filter(group => group.entries.length > 0))
    expect(searchOperations(groups, 'nothing-has-this')).toEqual([])
  })

  it('describes schemas in words', () => {
    expect(typeOf({ type: ['number', 'null'] }, {})).toBe('number or null')
    expect(typeOf({ type: 'array', items: { $ref: '#/components/schemas/Cache' } }, schemas)).toBe('list of Cache')
    expect(typeOf({ enum: ['a', 1] }, {})).toBe('"a" or 1')
    expect(fieldsOf(
      { $ref: '#/components/schemas/CacheCreate' },
      schemas,
    ).find(field => field.name === 'ttl')).toMatchObject({ type: 'number or null or text', required: true })
    expect(fieldsOf(undefined, schemas)).toEqual([])
  })

  it.each(entries.map(entry =>
    [entry.id, entry] as const))('%s: its first draft makes a request that a browser can send', (
    _,
    entry,
  ) => {
    const draft = startDraft(entry, schemas)
    const values = Object.fromEntries((entry.operation.parameters
      ?? []).map(({ name }) => [name, draft.values[name] || 'x']))
    const { target, method, body } = composeRequest(entry, { ...draft, values }, null)
    expect(method).toBe(entry.method)
    expect(target).not.toMatch(/[{}]/)
    const url = new URL(target, 'http://localhost:7777')
    expect(url.pathname + url.search).toBe(target)
    if (entry.operation.requestBody?.content['application/json'])
      expect(() => JSON.parse(body ?? '') as unknown).not.toThrow()
  })
})

const entry: DocumentedOperation = {
  id: 'x',
  method: 'PUT',
  path: '/api/caches/{cache}/entries/{key}',
  text: '',
  head: false,
  operation: {
    parameters: [
      { name: 'cache', in: 'path', schema: {} },
      { name: 'key', in: 'path', schema: {} },
      { name: 'glob', in: 'query', schema: {} },
      { name: 'Larder-TTL', in: 'header', schema: {} },
    ],
    requestBody: { content: { '*/*': {} } },
    responses: {},
  } as unknown as Operation,
}

describe('composed request', () => {
  it('encodes what is filled in and leaves out the rest', () => {
    const request = composeRequest(
      entry,
      { values: { 'cache': 'a', 'key': 'x/y?#ü', 'glob': 'a&b=*', 'Larder-TTL': '90' }, body: 'v' },
      'k',
    )
    expect(request).toEqual({
      method: 'PUT',
      target: '/api/caches/a/entries/x%2Fy%3F%23%C3%BC?glob=a%26b%3D*',
      headers: [['Content-Type', 'text/plain; charset=utf-8'], ['Larder-TTL', '90']],
      body: 'v',
      key: 'k',
    })
    expect(composeRequest(
      entry,
      { values: { cache: 'a', key: 'b' }, body: '' },
      null,
    )).toMatchObject({ target: '/api/caches/a/entries/b', headers: [], body: undefined })
    expect(() => composeRequest(entry, { values: { key: 'b' }, body: '' }, null)).toThrow('cache: must not be empty')
  })
})
