import { describe, expect, it } from 'vitest'
import { incompleteText, toFormErrors } from '../../src/renderer/src/error-text'
import { invalidField, LarderError } from '../../src/shared/errors'
import { KeyCreate } from '../../src/shared/schemas'
import { parseInput } from '../../src/shared/validation'

describe('form errors', () => {
  it('stand beside their field; the others are told for the form', () => {
    const error = new LarderError(
      'invalid-input',
      'x',
      {
        errors: [
          { field: 'ttl', message: 'bad' },
          { field: 'ttl', message: 'worse' },
          { field: '__proto__', message: 'unknown field' },
          { field: '', message: 'must be an object' },
        ],
      },
    )
    const { fields, form } = toFormErrors(error, ['name', 'ttl'])
    expect([...fields]).toEqual([['ttl', 'bad; worse']])
    expect(form).toBe('__proto__: unknown field; must be an object')
  })

  // Red: in src/renderer/src/error-text.ts look for the field alone.
  it('of items of a list stand beside the list, each once', () => {
    const errors = [
      { field: 'gateway.origins.0', message: 'bad' },
      { field: 'gateway.origins.2', message: 'bad' },
      { field: 'gateway.0', message: 'unknown' },
    ]
    const { fields, form } = toFormErrors(new LarderError('invalid-input', 'x', { errors }), ['gateway.origins'])
    expect([...fields]).toEqual([['gateway.origins', 'bad']])
    expect(form).toBe('gateway.0: unknown')
  })

  it.each([
    ['caches', { caches: [] }, 'Choose at least one cache.'],
    ['scopes', { scopes: [] }, 'Choose at least one permission.'],
    ['label', {}, 'must not be empty'],
  ])('say what is wrong in the words of the form: %s', (field, input, text) => {
    const parse = (): unknown => parseInput(KeyCreate, field === 'label' ? input : { label: 'x', ...input })
    expect(parse).toThrow(LarderError)
    try {
      parse()
    }
    catch (error) {
      expect(toFormErrors(error, ['label', 'scopes', 'caches']).fields.get(field)).toBe(text)
    }
  })

  it.each([
    [new LarderError('name-taken', 'Taken.'), 'Taken.'],
    [new TypeError('oops'), 'oops'],
    ['text', 'text'],
  ])('without fields are told for the form', (error, form) => {
    expect(toFormErrors(error, ['name'])).toEqual({ fields: new Map(), form })
  })
})

it.each([
  [invalidField('key', 'must not be empty'), 'Fill in a key to see the request.'],
  [invalidField('selection', 'must not be empty'), 'Fill in a prefix to see the request.'],
  [invalidField('op', 'is missing'), 'Fill in an op to see the request.'],
  [invalidField('key', 'must be well-formed Unicode'), 'key: must be well-formed Unicode'],
])('a field that is empty is the next step: %s', (error, text) => {
  expect(incompleteText(error, field => field === 'selection' ? 'prefix' : field)).toBe(text)
})
