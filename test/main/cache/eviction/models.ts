import type { EvictionName } from '../../../../src/main/cache/eviction/policy'

/** The policies as anybody would write them down who need not be fast: arrays that are searched and sorted. */
export interface Model {
  slots: () => number[]
  add: (slot: number) => void
  use: (slot: number) => void
  remove: (slot: number) => void
  victim: () => number
  clear: () => void
}

export const models: Record<EvictionName, () => Model> = {
  lru() {
    let slots: number[] = []
    const remove = (slot: number): void => void (slots = slots.filter(other => other !== slot))
    const add = (slot: number): void => void slots.push(slot)
    return {
      slots: () => slots,
      add,
      use(slot) {
        remove(slot)
        add(slot)
      },
      remove,
      victim: () => slots[0] ?? -1,
      clear: () => void (slots = []),
    }
  },

  sieve() {
    let entries: { slot: number, visited: boolean }[] = []
    let hand = 0
    let latest = -1
    const indexOf = (slot: number): number => entries.findIndex(entry => entry.slot === slot)
    const wrap = (): void => void (hand = entries.length === 0 ? 0 : hand % entries.length)
    return {
      slots: () => entries.map(({ slot }) => slot),
      add(slot) {
        // The list is a circle: where the hand is at 0, a new entry comes in behind it, at the end.
        entries.push({ slot, visited: false })
        latest = slot
      },
      use(slot) {
        entries[indexOf(slot)] = { slot, visited: true }
        latest = slot
      },
      remove(slot) {
        const index = indexOf(slot)
        const underHand = index === hand
        entries.splice(index, 1)
        if (index < hand)
          hand--
        wrap()
        if (underHand && entries[hand]?.slot === latest) {
          hand++
          wrap()
        }
        if (slot === latest)
          latest = -1
      },
      victim() {
        if (entries.length <= 1)
          return entries[0]?.slot ?? -1
        for (;;) {
          const entry = entries[hand]
          if (entry === undefined)
            throw new Error('The hand has left the list')
          if (entry.slot !== latest && !entry.visited)
            return entry.slot
          entry.visited &&= entry.slot === latest
          hand++
          wrap()
        }
      },
      clear() {
        entries = []
        hand = 0
        latest = -1
      },
    }
  },

  lfu() {
    let entries: { slot: number, uses: number, rank: number }[] = []
    let age = 0
    let latest = -1
    const drop = (slot: number): void => void (entries = entries.filter(entry => entry.slot !== slot))
    const rankOf = (uses: number): number => age + 1 + 10 * uses
    const put = (slot: number, uses: number): void => void entries.push({ slot, uses, rank: rankOf(uses) })
    return {
      slots: () => entries.map(({ slot }) => slot),
      add(slot) {
        put(slot, 0)
        latest = slot
      },
      use(slot) {
        const { uses, rank } = entries.find(entry => entry.slot === slot) ?? { uses: Number.NaN, rank: Number.NaN }
        const more = Math.min(3, uses + 1)
        latest = slot
        if (rank === rankOf(more))
          return
        drop(slot)
        put(slot, more)
      },
      remove(slot) {
        drop(slot)
        if (slot === latest)
          latest = -1
      },
      victim() {
        if (entries.length === 0)
          return -1
        // Equal ranks stay in the order in which they were reached: sorting is stable.
        const sorted = entries.toSorted((a, b) => a.rank - b.rank)
        age = sorted[0]?.rank ?? age
        return sorted.find(({ slot }) => slot !== latest)?.slot ?? latest
      },
      clear() {
        entries = []
        age = 0
        latest = -1
      },
    }
  },
}
