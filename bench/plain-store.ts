import type { EntryFields, Ledger, Store } from '../src/main/cache/store'

/**
 * The store to which the off-heap store is compared: a `Map` with one object per entry, and only
 * the functions that a benchmark calls.
 */
export function createPlainStore(ledger: Ledger): Store {
  const nodes = new Map<string, EntryFields & EntryFields['lifetime'] & {
    key: string
    size: number
    hits: number
    usedAt: number
  }>()
  const nothing = (): never => {
    throw new Error('The benchmark does not call this')
  }
  return {
    get size() {
      return nodes.size
    },
    bytes: 0,
    demand: 0,
    most: { entries: Infinity, bytes: Infinity },
    cost: () => 0,
    find: key => nodes.get(key),
    insert(key, fields, at) {
      ledger.bytes += fields.value.length
      nodes.set(key, {
        ...fields,
        ...fields.lifetime,
        value: Buffer.from(fields.value),
        key,
        size: fields.value.length,
        hits: 0,
        usedAt: at,
      })
    },
    restore: nothing,
    replace(entry, fields, at) {
      Object.assign(entry, fields, fields.lifetime, { value: Buffer.from(fields.value), usedAt: at })
    },
    use(entry, at) {
      // A Map keeps the order of insertion; this is the usual way to build an LRU on one.
      const node = nodes.get(entry.key)
      if (!node)
        return
      node.usedAt = at
      nodes.delete(entry.key)
      nodes.set(entry.key, node)
    },
    retime: nothing,
    remove: nothing,
    clear: () => nodes.clear(),
    rank: nothing,
    victim: () => undefined,
    inOrderOfEviction: nothing,
    outlook: nothing,
    entries: nothing,
    tagged: nothing,
    visitMortal: () => true,
    handles: 0,
    handleOf: () => 0,
    at: nothing,
    keyAt: nothing,
    comparerOf: nothing,
    watcher: undefined,
    reclaim: () => false,
  }
}
