import { describe, expect, it } from 'vitest'
import { clearedOf, deletedElsewhere } from '../../src/renderer/src/cleared'
import { cacheInfo } from './cache-info'

const backend = {
  connection: 'main',
  prefix: 'bex:',
  format: 'envelope',
  near: { ttl: 0 },
} as never

describe('what is deleted at a backend, of whose entries a few are here', () => {
  // Red: in src/renderer/src/cleared.ts let `deletedElsewhere` return null.
  it.each<[Parameters<typeof deletedElsewhere>[1], string | null]>([
    [null, 'all keys at main with the prefix bex:'],
    [[{ prefix: 's' }], 'all keys at main with the prefix bex:s'],
    [[{ prefix: 'a\n' }], 'all keys at main with the prefix bex:a\\n'],
    [[{ glob: '*s' }], 'all entries at main that match *s'],
    [[{ tag: 'sale' }], 'all entries at main with the tag sale'],
    [[{ filter: 'size>10kB' }], 'all entries at main that match size>10kB'],
    [[{ prefix: 'a:' }, { prefix: 'b:' }], 'all keys at main in the 2 chosen folders'],
    [[{ prefix: 'a:' }, { keys: ['b'] }], 'all keys at main with the prefix bex:a: and 1 key more'],
    [[{ keys: ['a', 'b'] }], null],
  ])('%j: %s', (select, words) => {
    expect(deletedElsewhere(cacheInfo({ entries: 2, backend }), select)).toBe(words)
  })

  it('is told by the number of entries where all of them are here', () => {
    expect(deletedElsewhere(cacheInfo({ entries: 2 }), [{ prefix: 's' }])).toBeNull()
    expect(clearedOf(cacheInfo({ entries: 2 }))).toBe('2 entries')
  })
})
