import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseSize, sizeForm, writeSize } from '../../src/shared/sizes'

describe('sizes', () => {
  it('read what people write, as the command line does', () => {
    expect(['256MB', '1.5 GB', '64MiB', '4096', '1kb', '2 KiB'].map(parseSize)).toEqual([
      256e6,
      1.5e9,
      64 * 2 ** 20,
      4096,
      1000,
      2048,
    ])
    for (const text of ['', 'lots', '-1', '1e3', '1 XB', '0x10', '1,000', '256MB256MB', ' 1', '9007199254740992'])
      expect(parseSize(text)).toBeNaN()
  })

  it('are written so that they read as the same', () => {
    // Red: in src/shared/sizes.ts let `parseSize` multiply `Number(number)` by the unit.
    expect([256e6, 2 ** 28, 2 ** 30, 1e9, 1e15, 0, 999, 1001, 2 ** 24, 2 ** 27, 1536].map(writeSize)).toEqual([
      '256MB',
      '256MiB',
      '1GiB',
      '1GB',
      '1000TB',
      '0',
      '999',
      '1.001kB',
      '16MiB',
      '128MiB',
      '1.536kB',
    ])
    fc.assert(fc.property(fc.integer({ min: 0, max: 2 ** 40 }), (bytes) => {
      expect(parseSize(writeSize(bytes))).toBe(bytes)
    }))
  })

  it('are named in messages by forms that it reads', () => {
    const forms = sizeForm.match(/\d\w*/g) ?? []
    expect(forms).toHaveLength(3)
    expect(forms.map(parseSize)).not.toContain(Number.NaN)
  })
})
