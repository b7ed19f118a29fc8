import type { CacheSettings } from '@shared/cache-settings'
import type { Lifetime } from '../../../src/main/cache/lifetime'
import type { Content, EntryFields, Ledger, Store, StoredEntry } from '../../../src/main/cache/store'
import type { NaiveEviction } from './naive-eviction'
import { keyBytes } from '../../helpers/key-bytes'
import { createNaiveEviction } from './naive-eviction'

interface Node extends Lifetime, Omit<EntryFields, 'lifetime'> {
  key: string
  hits: number
  usedAt: number
  sequence: number
  handle: number
}

/** Bytes counted per entry in addition to its content. The model's number is arbitrary. */
const overhead = 100

/** Returns the counted size of an entry in the Map store. */
export function bytesOf(
  key: string,
  { value, contentType, tags }: Content,
): number {
  return overhead + [key, contentType, ...tags].reduce((sum, text) => sum + Buffer.byteLength(text), value.length)
}

/**
 * The model: a `Map` in insertion order with one object per entry, and every search reads all of
 * them. It shares only the port with the store of src/.
 */
export function createMapStore(ledger: Ledger, eviction: CacheSettings['eviction']): Store {
  const nodes = new Map<string, Node>()
  const handles: (Node | undefined)[] = []
  let rule = eviction
  let policy: NaiveEviction<Node> = createNaiveEviction(rule)
  let bytes = 0
  let sequence = 0
  let round: Iterator<Node> | undefined

  function account(delta: number): void {
    bytes += delta
    ledger.bytes += delta
    ledger.demand += delta
  }

  /** Returns a copy, because the node itself keeps changing. */
  function show(node: Node): StoredEntry {
    return { ...node, size: node.value.length }
  }

  function own(entry: StoredEntry): Node {
    const node = nodes.get(entry.key)
    if (node === undefined)
      throw new Error(`${entry.key} is not there`)
    return node
  }

  function spread({ lifetime, value, ...rest }: EntryFields) {
    return { ...rest, ...lifetime, value: Buffer.from(value) }
  }

  function* entries(last: number): Generator<StoredEntry> {
    for (const node of [...nodes.values()].sort((a, b) => a.sequence - b.sequence)) {
      if (node.sequence <= last && nodes.get(node.key) === node)
        yield show(node)
    }
  }

  function add(key: string, fields: EntryFields, at: number, number: number, how: 'add' | 'addOldest'): void {
    const node = { key, ...spread(fields), hits: 0, usedAt: at, sequence: number, handle: handles.length }
    sequence = Math.max(sequence, number)
    nodes.set(key, node)
    handles.push(node)
    policy[how](node)
    account(bytesOf(key, fields))
    store.watcher?.inserted(node.handle)
  }

  const store: Store = {
    get size() {
      return nodes.size
    },
    get bytes() {
      return bytes
    },
    get demand() {
      return bytes
    },
    most: { entries: Infinity, bytes: Infinity },
    cost: bytesOf,
    find(key) {
      const node = nodes.get(key)
      return node && show(node)
    },
    insert: (key, fields, at) => add(key, fields, at, sequence + 1, 'add'),
    restore: (key, fields, at, position) => add(key, fields, at, position, 'addOldest'),
    replace(entry, fields, at) {
      const node = own(entry)
      store.watcher?.changing(node.handle)
      account(bytesOf(node.key, fields) - bytesOf(node.key, node))
      Object.assign(node, spread(fields), { usedAt: at })
      policy.use(node)
      store.watcher?.changed(node.handle)
    },
    retime(entry, lifetime) {
      const node = own(entry)
      store.watcher?.changing(node.handle)
      Object.assign(node, lifetime)
      store.watcher?.changed(node.handle)
    },
    use(entry, at) {
      const node = own(entry)
      store.watcher?.changing(node.handle)
      node.hits++
      node.usedAt = at
      policy.use(node)
      store.watcher?.changed(node.handle)
    },
    remove(entry) {
      const node = own(entry)
      store.watcher?.removing(node.handle)
      nodes.delete(node.key)
      handles[node.handle] = undefined
      policy.remove(node)
      account(-bytesOf(node.key, node))
    },
    clear() {
      nodes.clear()
      handles.fill(undefined)
      policy = createNaiveEviction(rule)
      round = undefined
      account(-bytes)
      store.watcher?.cleared()
    },

    * rank(name) {
      if (name === rule)
        return
      rule = name
      const before = policy.order()
      policy = createNaiveEviction(rule)
      before.forEach(policy.add)
    },
    victim() {
      const node = policy.victim()
      return node && show(node)
    },
    outlook() {
      const order = policy.order().map(node => bytesOf(node.key, node))
      return {
        get size() {
          return order.length
        },
        get demand() {
          return order.reduce((sum, size) => sum + size, 0)
        },
        evictOne: () => void order.shift(),
      }
    },
    inOrderOfEviction: () => policy.order().map(node => node.handle),
    entries: () => entries(sequence),
    tagged: tag => [...nodes.values()].filter(node => node.tags.includes(tag)).map(node => node.handle),
    visitMortal(count, _wall, _monotonic, visit) {
      round ??= nodes.values()
      for (let left = count; left > 0; left--) {
        const next = round.next()
        if (next.done) {
          round = undefined
          return true
        }
        visit(show(next.value))
      }
      return false
    },
    get handles() {
      return handles.length
    },
    handleOf: entry => own(entry).handle,
    at(handle) {
      const node = handles[handle]
      return node && show(node)
    },
    keyAt: handle => handles[handle]?.key ?? '',
    comparerOf: key => handle => Buffer.compare(keyBytes(handles[handle]?.key ?? ''), keyBytes(key)),
    watcher: undefined,
    reclaim: () => false,
  }
  return store
}
