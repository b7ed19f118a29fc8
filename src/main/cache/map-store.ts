import type { Lifetime } from './lifetime'
import type { EntryFields, Ledger, Store, StoredEntry } from './store'

/** An entry is its own node in the list by use. */
interface Node extends StoredEntry {
  value: Buffer
  contentType: string
  tags: readonly string[]
  version: number
  lifetime: Lifetime
  bytes: number
  hits: number
  usedAt: number
  newer: Node | undefined
  older: Node | undefined
}

/**
 * The straightforward store: a `Map` for lookup and insertion order, a doubly linked list through the entries for the order of
 * use, a `Map` of sets for tags.
 */
export function createMapStore(ledger: Ledger): Store {
  const nodes = new Map<string, Node>()
  const byTag = new Map<string, Set<Node>>()
  let newest: Node | undefined
  let oldest: Node | undefined
  let bytes = 0
  let sequence = 0
  /** Entries that can expire at all; while there are none, there is nothing to visit. */
  let mortal = 0
  let round: Iterator<Node> | undefined

  function account(delta: number): void {
    bytes += delta
    ledger.bytes += delta
  }

  function link(node: Node): void {
    node.older = newest
    node.newer = undefined
    if (newest)
      newest.newer = node
    newest = node
    oldest ??= node
  }

  function unlink(node: Node): void {
    if (node.newer)
      node.newer.older = node.older
    else
      newest = node.older
    if (node.older)
      node.older.newer = node.newer
    else
      oldest = node.newer
  }

  function moveToFront(node: Node, at: number): void {
    node.usedAt = at
    if (node === newest)
      return
    unlink(node)
    link(node)
  }

  function addTags(node: Node): void {
    for (const tag of node.tags) {
      const tagged = byTag.get(tag)
      if (tagged)
        tagged.add(node)
      else
        byTag.set(tag, new Set([node]))
    }
  }

  function dropTags(node: Node): void {
    for (const tag of node.tags) {
      const tagged = byTag.get(tag)
      tagged?.delete(node)
      if (tagged?.size === 0)
        byTag.delete(tag)
    }
  }

  function setLifetime(node: Node, lifetime: Lifetime): void {
    mortal += mortality(lifetime) - mortality(node.lifetime)
    node.lifetime = lifetime
  }

  return {
    get size() {
      return nodes.size
    },
    get bytes() {
      return bytes
    },
    get newestSequence() {
      return sequence
    },
    find: key => nodes.get(key),
    insert(key, fields, at) {
      const { contentType, tags, version, lifetime } = fields
      const node: Node = { key, value: compact(fields.value), contentType, tags, version, lifetime, bytes: fields.bytes, sequence: ++sequence, hits: 0, usedAt: at, newer: undefined, older: undefined }
      nodes.set(key, node)
      link(node)
      addTags(node)
      mortal += mortality(lifetime)
      account(node.bytes)
      return node
    },
    replace(entry, fields: EntryFields, at) {
      const node = own(entry)
      account(fields.bytes - node.bytes)
      dropTags(node)
      node.value = compact(fields.value)
      node.contentType = fields.contentType
      node.tags = fields.tags
      node.version = fields.version
      node.bytes = fields.bytes
      setLifetime(node, fields.lifetime)
      addTags(node)
      moveToFront(node, at)
    },
    retime: (entry, lifetime) => setLifetime(own(entry), lifetime),
    use(entry, at) {
      const node = own(entry)
      node.hits++
      moveToFront(node, at)
    },
    remove(entry) {
      const node = own(entry)
      nodes.delete(node.key)
      unlink(node)
      dropTags(node)
      mortal -= mortality(node.lifetime)
      account(-node.bytes)
    },
    clear() {
      nodes.clear()
      byTag.clear()
      newest = oldest = round = undefined
      mortal = 0
      account(-bytes)
    },
    leastRecentlyUsed: () => oldest,
    * inOrderOfUse() {
      for (let node = oldest; node; node = node.newer)
        yield node
    },
    entries: () => nodes.values(),
    tagged: tag => (byTag.get(tag) ?? new Set<Node>()).values(),
    visitMortal(count, visit) {
      if (mortal === 0)
        return true
      round ??= nodes.values()
      for (let left = count; left > 0; left--) {
        const next = round.next()
        if (next.done) {
          round = undefined
          return true
        }
        visit(next.value)
      }
      return false
    },
  }
}

/** Entries that come back from outside are the nodes that were handed out: the interface asks for that. */
function own(entry: StoredEntry): Node {
  return entry as Node
}

/** A small part of a large buffer would keep all of it in memory, unaccounted: such a value gets a buffer of its own. */
function compact(value: Buffer): Buffer {
  if (value.buffer.byteLength <= 2 * value.length + 256)
    return value
  const copy = Buffer.allocUnsafeSlow(value.length)
  value.copy(copy)
  return copy
}

function mortality(lifetime: Lifetime): 0 | 1 {
  return lifetime.graceUntil === Infinity ? 0 : 1
}
