import type { Source, SourceValue } from '../../src/main/serving/sources/source'
import { Buffer } from 'node:buffer'
import { describe, expect, it } from 'vitest'
import { SourceError } from '../../src/main/serving/sources/source'
import { decodeKey } from '../../src/shared/entry-key'

/** A source over an upstream that is empty, and a way past it. */
export interface SourceRig {
  source: Source
  /** The bytes that the upstream has under a key. */
  peek: (key: string) => Promise<Buffer | undefined>
  /** Puts bytes there, as another program would; with a life in seconds where there is such. */
  place: (key: string, value: Buffer, ttl?: number) => Promise<void>
}

interface SourceTraits {
  /** Whether values have lives. */
  lives: boolean
  /** Most bytes of a key of plain letters. */
  longestKey: number
  /** Most bytes of a value, where the upstream has such a limit. */
  largest?: number
}

export const neverAborts = new AbortController().signal

export function aValue(value: string | Buffer, more: Partial<SourceValue> = {}): SourceValue {
  return { value: Buffer.from(value as string), contentType: 'application/octet-stream', ...more }
}

/** Keys that end, split or escape something somewhere. */
export const oddKeys = [
  'plain',
  'a b',
  ' a ',
  'a\r\nDEL plain\r\n',
  'a\nb',
  'a\0b',
  decodeKey(Buffer.from([0xFF])),
  decodeKey(Buffer.from([0x61, 0xFF, 0x00, 0x0D, 0x0A, 0xC3])),
  'ключ 🔑',
  '..',
  '.',
  '../../etc/passwd',
  '/absolute',
  'C:\\x',
  'con.txt',
  'NUL',
  'a*b?c[d]e\\f',
  '%2F',
  '%',
  '{tag}',
  '__proto__',
  '$1',
  '-x',
  '~',
]

/**
 * The tests that every Source has to pass. `open` gives a new rig whose upstream is empty, and
 * which cleans up after itself.
 */
export function describeSource(name: string, open: () => Promise<SourceRig>, traits: SourceTraits): void {
  describe(`source contract: ${name}`, () => {
    it('has nothing under a key that nobody has put there', async () => {
      const { source } = await open()
      expect(await source.load('absent', neverAborts)).toBeUndefined()
    })

    const { largest = Infinity } = traits
    const values: [string, Buffer][] = [
      ['nothing', Buffer.alloc(0)],
      ['line ends', Buffer.from('a\r\nb\r\n$5\r\n')],
      ['every byte', Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))],
      ['a megabyte and a byte', Buffer.alloc(1_000_001, 'x\0')],
    ]
    const fitting = values.filter(([, { length }]) => length <= largest)
    it.each(fitting)('hands over %s as it is, in both directions', async (_, value) => {
      const { source, peek, place } = await open()
      await place('theirs', value)
      await source.writes?.set('ours', aValue(value), neverAborts)
      const found = [
        (await source.load('theirs', neverAborts))?.value,
        await peek('ours'),
        (await source.load('ours', neverAborts))?.value,
      ]
      expect(found.map(bytes => bytes?.equals(value))).toEqual([true, true, true])
    })

    it.runIf(largest < Infinity)('clearly refuses a value that is too large', async () => {
      const { source, peek } = await open()
      await expect(source.writes?.set('a', aValue(Buffer.alloc(largest + 1)), neverAborts)).rejects.toMatchObject({
        failure: 'refused',
        message: expect.stringContaining('larger') as string,
      })
      expect(await peek('a')).toBeUndefined()
    })

    it('keeps odd keys apart, and means by each what the upstream means', async () => {
      const { source, peek, place } = await open()
      for (const [index, key] of oddKeys.entries()) {
        if (index % 2 === 0)
          await place(key, Buffer.from(key.toWellFormed()))
        else
          await source.writes?.set(key, aValue(key.toWellFormed()), neverAborts)
      }
      for (const key of oddKeys) {
        expect(String((await source.load(key, neverAborts))?.value), JSON.stringify(key)).toBe(key.toWellFormed())
        expect(String(await peek(key)), JSON.stringify(key)).toBe(key.toWellFormed())
      }
      const listed: string[] = []
      for await (const page of source.keys?.('', neverAborts) ?? [])
        listed.push(...page)
      expect([...new Set(listed)].sort()).toEqual([...oddKeys].sort())
    })

    it('takes keys up to its longest, and clearly refuses what is longer', async () => {
      const { source, peek } = await open()
      const longest = 'k'.repeat(traits.longestKey)
      await source.writes?.set(longest, aValue('x'), neverAborts)
      expect(String(await peek(longest))).toBe('x')
      if (traits.longestKey === 1024)
        return
      const beyond = `${longest}k`
      await expect(source.writes?.set(beyond, aValue('x'), neverAborts)).rejects.toMatchObject({ failure: 'refused' })
      expect(await source.load(beyond, neverAborts)).toBeUndefined()
      expect(await source.writes?.delete(beyond, neverAborts)).toBe(false)
    })

    it('replaces what was there, and says whether a deletion found something', async () => {
      const { source, peek } = await open()
      await source.writes?.set('a', aValue('one'), neverAborts)
      await source.writes?.set('a', aValue('two'), neverAborts)
      expect(String(await peek('a'))).toBe('two')
      expect(await source.writes?.delete('a', neverAborts)).toBe(true)
      expect(await source.writes?.delete('a', neverAborts)).toBe(false)
      expect(await peek('a')).toBeUndefined()
    })

    it('lists the keys with a prefix, byte by byte, however many there are', async () => {
      const { source, place } = await open()
      const keys = Array.from({ length: 1200 }, (_, index) => `many:${index}`)
      await Promise.all([...keys, 'other', 'manyX', 'many*:1', 'é:1'].map(key => place(key, Buffer.from('x'))))
      async function list(prefix: string): Promise<string[]> {
        const found = new Set<string>()
        for await (const page of source.keys?.(prefix, neverAborts) ?? [])
          page.forEach(key => found.add(key))
        return [...found].sort()
      }
      expect(await list('many:')).toEqual([...keys].sort())
      expect(await list('many*')).toEqual(['many*:1'])
      expect(await list('none')).toEqual([])
      // The first byte of é alone.
      expect(await list(decodeKey(Buffer.from([0xC3])))).toEqual(['é:1'])
    })

    it('does nothing for a caller who has left before', async () => {
      const { source, peek } = await open()
      const left = AbortSignal.abort()
      const calls = [
        source.load('a', left),
        source.writes?.set('a', aValue('x'), left),
        source.writes?.replace?.('a', null, aValue('x'), left),
        source.keys?.('', left)[Symbol.asyncIterator]().next(),
      ]
      for (const call of calls) {
        if (call !== undefined)
          await expect(call).rejects.toBeInstanceOf(SourceError)
      }
      expect(await peek('a')).toBeUndefined()
    })

    it.runIf(traits.lives)('tells how long a value lives, and sets it', async () => {
      const { source, place } = await open()
      await place('brief', Buffer.from('x'), 1000)
      await place('lasting', Buffer.from('x'))
      const ttl = (await source.load('brief', neverAborts))?.ttl ?? 0
      expect(ttl).toBeGreaterThan(900)
      expect(ttl).toBeLessThanOrEqual(1000)
      expect((await source.load('lasting', neverAborts))?.ttl).toBeNull()
      const life = async (): Promise<number | null | undefined> => (await source.load('own', neverAborts))?.ttl
      await source.writes?.set('own', aValue('x', { ttl: 500 }), neverAborts)
      expect(await life()).toBeGreaterThan(400)
      await source.writes?.set('own', aValue('y'), neverAborts)
      expect(await life(), 'a life that is not named stays').toBeGreaterThan(400)
      await source.writes?.set('own', aValue('z', { ttl: null }), neverAborts)
      expect(await life()).toBeNull()
      await source.writes?.set('own', aValue('z', { ttl: 0.0001 }), neverAborts)
      await expect.poll(() => source.load('own', neverAborts), { timeout: 10_000 }).toBeUndefined()
    })

    it('gives a value another life, and leaves it as it is, where there are lives', async () => {
      const { source, place, peek } = await open()
      const touch = source.writes?.touch
      expect(touch !== undefined).toBe(traits.lives)
      if (!touch)
        return
      await place('a', Buffer.from('x'), 1000)
      const life = async (): Promise<number | null | undefined> => (await source.load('a', neverAborts))?.ttl
      expect(await touch('a', 5000, neverAborts)).toBe(true)
      expect(await life()).toBeGreaterThan(4000)
      expect(await touch('a', 60 * 86_400, neverAborts)).toBe(true)
      expect(await life()).toBeGreaterThan(50 * 86_400)
      for (const ttl of [null, null])
        expect([await touch('a', ttl, neverAborts), await life()]).toEqual([true, null])
      expect(await touch('a', 100, neverAborts)).toBe(true)
      expect(await life()).toBeLessThanOrEqual(101)
      for (const ttl of [5, null])
        expect(await touch('none', ttl, neverAborts)).toBe(false)
      expect([String(await peek('a')), await peek('none')]).toEqual(['x', undefined])
      await expect(touch('a', 5, AbortSignal.abort())).rejects.toBeInstanceOf(SourceError)
    })

    it('compares and sets in one step, where it can', async () => {
      const { source, peek } = await open()
      const replace = source.writes?.replace
      if (!replace)
        return
      expect(await replace('c', Buffer.from('x'), aValue('y'), neverAborts)).toBe(false)
      expect(await replace('c', null, aValue('0'), neverAborts)).toBe(true)
      expect(await replace('c', null, aValue('1'), neverAborts)).toBe(false)
      const binary = Buffer.from([0, 13, 10, 255])
      expect(await replace('c', Buffer.from('0'), aValue(binary), neverAborts)).toBe(true)
      expect(await replace('c', binary, aValue('0'), neverAborts)).toBe(true)
      async function increment(): Promise<void> {
        for (;;) {
          const before = (await source.load('c', neverAborts))?.value ?? null
          if (await replace?.('c', before, aValue(String(Number(before) + 1)), neverAborts))
            return
        }
      }
      await Promise.all(Array.from({ length: 20 }, increment))
      expect(String(await peek('c'))).toBe('20')
    })
  })
}
