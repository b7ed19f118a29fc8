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
    /** `stand` is the rank of the ring that the entry is in, `since` when it came there. */
    let entries: { slot: number, uses: number, rank: number, stand: number, since: number }[] = []
    let age = 0
    let latest = -1
    let turn = 0
    const rankOf = (uses: number): number => age + 1 + 10 * uses
    const sorted = (): typeof entries => entries.toSorted((a, b) => a.stand - b.stand || a.since - b.since)
    const stays = ({ slot, rank, stand }: (typeof entries)[number]): boolean => rank === stand && slot === latest
    return {
      slots: () => entries.map(({ slot }) => slot),
      add(slot) {
        entries.push({ slot, uses: 0, rank: rankOf(0), stand: rankOf(0), since: turn++ })
        latest = slot
      },
      use(slot) {
        latest = slot
        for (const entry of entries.filter(entry => entry.slot === slot)) {
          entry.uses = Math.min(3, entry.uses + 1)
          entry.rank = rankOf(entry.uses)
        }
      },
      remove(slot) {
        entries = entries.filter(entry => entry.slot !== slot)
        if (slot === latest)
          latest = -1
      },
      victim() {
        for (;;) {
          const first = sorted().find(entry => !stays(entry))
          // Who is not where it belongs is moved, and the search begins again.
          if (first && first.stand !== first.rank) {
            Object.assign(first, { stand: first.rank, since: turn++ })
            continue
          }
          age = Math.max(age, sorted()[0]?.stand ?? age)
          return first?.slot ?? latest
        }
      },
      clear() {
        entries = []
        age = 0
        latest = -1
      },
    }
  },
}
