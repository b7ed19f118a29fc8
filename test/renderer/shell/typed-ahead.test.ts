import { describe, expect, it } from 'vitest'
import { createTypedAhead } from '../../../src/renderer/src/shell/typed-ahead'

type Ahead = ReturnType<typeof createTypedAhead>

/** Types keys at a pace, in milliseconds; returns what became of each. */
function type(ahead: Ahead, keys: readonly string[], from: number, pace: number): string[] {
  return keys.map((key, index) => ahead.read(key, from + index * pace))
}

describe('keys that are typed before there is a field', () => {
  // Red: let `read` always answer 'shortcut'.
  it('are text after a / that found no filter, also after a pause, and with corrections', () => {
    const ahead = createTypedAhead()
    ahead.begin(0)
    expect(new Set(type(ahead, [...'tag:ax'], 40, 40))).toEqual(new Set(['text']))
    expect(type(ahead, ['Backspace', ' ', 'Shift', '😀'], 2500, 40)).toEqual(['text', 'text', 'text', 'text'])
    expect(ahead.waiting(20_000)).toBe('tag:a 😀')
    ahead.end()
    expect([ahead.waiting(6000), ahead.read('a', 6000)]).toEqual([null, 'shortcut'])
  })

  it.each<[string, (ahead: Ahead) => void, number]>([
    ['Escape', ahead => void ahead.read('Escape', 100), 200],
    ['a pause', () => {}, 3001],
    ['Tab', ahead => void ahead.read('Tab', 100), 200],
  ])('are shortcuts again after %s', (_, happen, at) => {
    const ahead = createTypedAhead()
    ahead.begin(0)
    happen(ahead)
    expect([ahead.read('a', at), ahead.waiting(at)]).toEqual(['shortcut', null])
  })

  it('are dropped if no filter comes in half a minute', () => {
    const ahead = createTypedAhead()
    ahead.begin(0)
    expect([ahead.waiting(30_000), ahead.waiting(30_001)]).toEqual(['', null])
  })

  // Red: drop `lastAt = at` from `stray`.
  it('are no shortcuts right after a key that was none, and are again after a pause', () => {
    const ahead = createTypedAhead()
    ahead.stray('u', 0)
    expect(new Set(type(ahead, [...'ser:a'], 40, 40))).toEqual(new Set(['stray']))
    expect(ahead.waiting(300)).toBeNull()
    expect(ahead.read('a', 5000)).toBe('shortcut')
    ahead.stray(' ', 6000)
    ahead.stray('ArrowDown', 6010)
    expect(ahead.read('a', 6020)).toBe('shortcut')
  })
})
