import type { StoreMaker } from '../../../src/main/cache/store'
import { createOffheapStore } from '../../../src/main/cache/offheap/offheap-store'
import { createMapStore } from './map-store'

const tiny = {
  segmentWords: 256,
  tableBuckets: 1,
  pageBits: 3,
  kinds: 6,
  hashOfTag: (tag: string) => tag.length % 3,
}

/**
 * So small that a few entries are enough to split the index, page the columns and clean segments,
 * and that hashes of tags collide.
 */
export const createTinyStore: StoreMaker = (ledger, eviction) => createOffheapStore(ledger, eviction, tiny)

export const stores: { name: string, createStore: StoreMaker }[] = [
  { name: 'off-heap', createStore: createOffheapStore },
  { name: 'off-heap in tiny pieces', createStore: createTinyStore },
  { name: 'Map', createStore: createMapStore },
]
