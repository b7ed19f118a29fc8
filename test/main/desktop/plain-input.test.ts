import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkPlainInput } from '../../../src/main/desktop/plain-input'
import { LarderError } from '../../../src/shared/errors'
import { limits } from '../../../src/shared/limits'

function codeOf(input: unknown, most: number = limits.adminBody): string {
  try {
    checkPlainInput(input, most)
    return 'ok'
  }
  catch (error) {
    if (error instanceof LarderError)
      return error.code
    throw error
  }
}

function nested(depth: number): unknown {
  let value: unknown = 1
  for (let i = 1; i < depth; i++)
    value = [value]
  return value
}

describe('what may come over IPC', () => {
  it('is what JSON says, and undefined', () => {
    for (const input of [
      {},
      [],
      null,
      undefined,
      'text',
      0,
      true,
      { a: [1, { b: null, c: undefined }] },
      Object.create(null),
      JSON.parse('{"__proto__":1}'),
    ])
      expect(codeOf(input)).toBe('ok')
    fc.assert(fc.property(fc.jsonValue(), (input) => {
      expect(codeOf(input)).toBe('ok')
    }))
  })

  it('is nothing else', () => {
    class Point { x = 1 }
    for (const input of [
      new Map(),
      new Set(),
      new Date(),
      new Uint8Array(1),
      new ArrayBuffer(1),
      /x/,
      new Error('x'),
      1n,
      Number.NaN,
      Infinity,
      Symbol('x'),
      () => {},
      new Point(),
      { deep: [new Date()] },
    ])
      expect(codeOf(input), String(input)).toBe('invalid-input')
  })

  // S16 for IPC. Red when the comparison with `limits.jsonDepth` in src/main/desktop/plain-input.ts
  // is left out: only the limit of size then ends the cycle.
  it('nests as deep as JSON bodies may, and has an end', () => {
    expect(codeOf(nested(limits.jsonDepth))).toBe('ok')
    expect(codeOf(nested(limits.jsonDepth + 1))).toBe('invalid-input')
    const cycle: Record<string, unknown> = {}
    cycle.self = cycle
    expect(codeOf(cycle)).toBe('invalid-input')
    const wide: unknown[] = []
    wide.push(...Array.from({ length: 1000 }).fill(wide))
    expect(codeOf(wide)).toMatch(/invalid-input|too-large/)
  })

  // S13, S16. Red when one of the two comparisons with `most` is left out: a million
  // members then take long, or are accepted.
  it('is as long as JSON bodies may be', () => {
    expect(codeOf('x'.repeat(limits.adminBody - 1))).toBe('ok')
    expect(codeOf('x'.repeat(limits.adminBody + 1))).toBe('too-large')
    expect(codeOf(['x'.repeat(limits.adminBody / 2), { ['y'.repeat(limits.adminBody / 2)]: 1 }])).toBe('too-large')
    expect(codeOf(Array.from({ length: 1_000_000 }).fill(0))).toBe('too-large')
    expect(codeOf('x'.repeat(limits.adminBody + 1), limits.jsonBody)).toBe('ok')
  })
})
