import type { EntryFields, Ledger, Store } from '../src/main/cache/store'

/**
 * One object an entry in a `Map`, and nothing but what a benchmark calls: what the off-heap store
 * is measured against.
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
    replace(entry, fields, at) {
      Object.assign(entry, fields, fields.lifetime, { value: Buffer.from(fields.value), usedAt: at })
    },
    use(entry, at) {
      // A Map keeps order of insertion: the usual way to an LRU over one.
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
    entries: nothing,
    tagged: nothing,
    visitMortal: () => true,
    handles: 0,
    at: nothing,
    keyAt: nothing,
    comparerOf: nothing,
    watcher: undefined,
    reclaim: () => false,
  }
}
