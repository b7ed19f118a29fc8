import { describe, expect, it } from 'vitest'
import { toFormErrors } from '../../src/renderer/src/error-text'
import { LarderError } from '../../src/shared/errors'

describe('form errors', () => {
  it('stand beside their field; the others are told for the form', () => {
    const error = new LarderError('invalid-input', 'x', { errors: [{ field: 'ttl', message: 'bad' }, { field: 'ttl', message: 'worse' }, { field: '__proto__', message: 'unknown field' }, { field: '', message: 'must be an object' }] })
    const { fields, form } = toFormErrors(error, ['name', 'ttl'])
    expect([...fields]).toEqual([['ttl', 'bad; worse']])
    expect(form).toBe('__proto__: unknown field; must be an object')
  })

  it.each([[new LarderError('name-taken', 'Taken.'), 'Taken.'], [new TypeError('oops'), 'oops'], ['text', 'text']])('without fields are told for the form', (error, form) => {
    expect(toFormErrors(error, ['name'])).toEqual({ fields: new Map(), form })
  })
})
