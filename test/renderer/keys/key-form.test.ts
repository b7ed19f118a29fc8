import type { Key } from '@shared/schemas'
import { describe, expect, it } from 'vitest'
import { grantChanges, readOrigins, toKeyErrors } from '../../../src/renderer/src/views/keys/key-form'
import { KeyCreate } from '../../../src/shared/schemas'
import { parseInput } from '../../../src/shared/validation'

const grant = { label: 'app', scopes: ['read' as const], caches: null, origins: ['http://a.test'] }
const key: Key = { ...grant, id: 'k1', createdAt: '2026-01-01T00:00:00Z', lastUsedAt: null, expiresAt: null }

function errorOf(input: unknown): unknown {
  try {
    return parseInput(KeyCreate, input)
  }
  catch (error) {
    return error
  }
}

describe('form of an API key', () => {
  it('reads origins by line, comma or space, once each, without the slash that address bars give', () => {
    expect(readOrigins(' http://a.test/\n\nhttp://b.test:1,http://a.test ')).toEqual(['http://a.test', 'http://b.test:1'])
    expect(readOrigins(' \n ')).toEqual([])
  })

  it('sends what changed only', () => {
    expect(grantChanges(key, grant)).toBeUndefined()
    expect(grantChanges(key, {
      ...grant,
      caches: ['default'],
      label: 'other',
    })).toEqual({ label: 'other', caches: ['default'] })
  })

  it('puts errors to their fields, and names the origin that is wrong', () => {
    const origins = ['http://a.test', 'b.test', 'http://c.test/x']
    const { fields, form } = toKeyErrors(errorOf({ label: '', scopes: [], caches: [], origins }), { origins })
    expect(fields.get('origins')).toMatch(/^origin b\.test: must be an origin.*; origin http:\/\/c\.test\/x: must be an origin/)
    expect([...fields.keys()].sort()).toEqual(['caches', 'label', 'origins', 'scopes'])
    expect(form).toBe('')
    expect(toKeyErrors(new Error('lost'), { origins: [] })).toEqual({ fields: new Map(), form: 'lost' })
  })
})
