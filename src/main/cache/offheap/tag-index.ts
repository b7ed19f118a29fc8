import { createColumn } from './columns'
import { hashUnits } from './key-buffer'
import { createKeyIndex } from './key-index'

/**
 * Finds the slots that have a tag: a node of five numbers, outside the V8 heap, for every pair of
 * an entry and a tag.
 *
 *   hash ──heads──▶ node ⇄ node ⇄ node     all nodes with this hash of a tag
 *                            ▲
 *   slot ──firsts─▶ node ──▶ node ──▶ node  all nodes of this entry
 *
 * The tag texts are in the records, so this index holds only hashes. Tags with the same hash share
 * a list, and the reader checks that the entry has the tag. Collisions only slow down reading the
 * list: adding and removing never walk it.
 *
 * The nodes are stored without gaps: when one is removed, the last one takes its place. So pages at
 * the end can be released when there are fewer nodes.
 */
export interface TagIndex {
  /** Memory held. */
  bytes: () => number
  /** The part of it that is held for pages of slots. */
  inPages: () => number
  /** To be called for a slot that has no tags here yet. */
  add: (slot: number, tags: readonly string[]) => void
  /** Forgets all tags of the slot. */
  remove: (slot: number) => void
  /** Gives back the memory for a page of slots without tags; `add` allocates it again. */
  drop: (page: number) => void
  /** Bytes that would go if this part of the tags, from 0 to 1, stayed. */
  freedAt: (part: number) => number
  /**
   * Each slot that has a tag with the hash of this one, once. The index may change during the
   * iteration: a slot that loses its tags is no longer shown, and one that is added is not shown
   * either.
   */
  candidates: (tag: string) => IteratorObject<number>
}

interface TagIndexParts {
  /** 32 bits; tests make them collide. */
  hashOfTag?: (tag: string) => number
  tableBuckets?: number
  pageBits?: number
}

/**
 * Pages are smaller than they could be, because up to two pages of each column stay empty, and a
 * page of slots stays as long as one of its entries.
 */
export const usualPageBits = 11
const fewestNodes = 16
/** Bytes of the first pages of all columns, and what the table of hashes takes when it grows. */
const firstNodes = 450
/** Bytes of a node in columns that have just doubled, and of its cell in a table that has too. */
const nodeAlone = 52

/** Bytes for each list in a table that has lost many, to those in one that has only grown. */
const loosened = 1.3

/** An upper bound for the bytes of an index that holds only an entry with these tags. */
export function tagsAlone(tags: readonly string[]): number {
  return tags.length === 0 ? 0 : firstNodes + tags.length * nodeAlone
}

export function createTagIndex(parts: TagIndexParts = {}): TagIndex {
  const { hashOfTag = hashUnits, pageBits = usualPageBits } = parts
  const pageNodes = 2 ** pageBits
  // A link is the number of a node plus 1, 0 for none.
  const firsts = createColumn('u32', pageBits)
  const slots = createColumn('u32', pageBits)
  const hashes = createColumn('u32', pageBits)
  const nexts = createColumn('u32', pageBits)
  const befores = createColumn('u32', pageBits)
  const siblings = createColumn('u32', pageBits)
  const columns = [slots, hashes, nexts, befores, siblings]
  let wanted = 0
  /** First nodes of the lists by hash. */
  const heads = createKeyIndex({
    ...parts,
    isWanted: node => hashes.get(node) === wanted,
    hashOf: node => hashes.get(node),
  })
  /** The next node for each reader. */
  const cursors = new Set<{ next: number }>()
  let count = 0
  /** Number of different hashes. */
  let lists = 0
  /** Number of nodes that the columns have room for. */
  let room = 0
  /** All slots with tags are below this number. */
  let reach = 0

  function find(hash: number): number {
    wanted = hash
    return heads.find(hash) + 1
  }

  function grow(): void {
    room = room < pageNodes ? Math.min(pageNodes, Math.max(fewestNodes, room * 2)) : room + pageNodes
    for (const column of columns)
      column.reserve(room)
  }

  /**
   * Keeps a spare page, so that adding and removing one entry in turn does not allocate and release
   * a page each time.
   */
  function shrink(): void {
    if (room - count < 2 * pageNodes)
      return
    room -= pageNodes
    for (const column of columns)
      column.release(room)
  }

  function redirect(from: number, to: number): void {
    for (const cursor of cursors) {
      if (cursor.next === from)
        cursor.next = to
    }
  }

  function addOne(slot: number, hash: number): void {
    const head = find(hash)
    // Another tag of this entry may have the same hash; its node would be the newest.
    if (head !== 0 && slots.get(head - 1) === slot)
      return
    if (count === room)
      grow()
    const node = count++
    slots.set(node, slot)
    hashes.set(node, hash)
    nexts.set(node, head)
    befores.set(node, 0)
    siblings.set(node, firsts.get(slot))
    firsts.set(slot, node + 1)
    if (head === 0) {
      heads.add(hash, node)
      lists++
    }
    else {
      befores.set(head - 1, node + 1)
      heads.move(hash, head - 1, node)
    }
  }

  /** Forgets the hash of its only node. */
  function forget(node: number): void {
    heads.remove(hashes.get(node), node)
    lists--
  }

  /** Takes the node out of the list of its hash. */
  function unlink(node: number): void {
    const next = nexts.get(node)
    const before = befores.get(node)
    if (next !== 0)
      befores.set(next - 1, before)
    if (before !== 0)
      nexts.set(before - 1, next)
    else if (next !== 0)
      heads.move(hashes.get(node), node, next - 1)
    else
      forget(node)
    if (cursors.size > 0)
      redirect(node + 1, next)
  }

  function move(from: number, to: number): void {
    const slot = slots.get(from)
    const hash = hashes.get(from)
    const next = nexts.get(from)
    const before = befores.get(from)
    slots.set(to, slot)
    hashes.set(to, hash)
    nexts.set(to, next)
    befores.set(to, before)
    siblings.set(to, siblings.get(from))
    if (next !== 0)
      befores.set(next - 1, to + 1)
    if (before === 0)
      heads.move(hash, from, to)
    else
      nexts.set(before - 1, to + 1)
    let elder = firsts.get(slot) - 1
    if (elder === from) {
      firsts.set(slot, to + 1)
    }
    else {
      while (siblings.get(elder) !== from + 1)
        elder = siblings.get(elder) - 1
      siblings.set(elder, to + 1)
    }
    if (cursors.size > 0)
      redirect(from + 1, to + 1)
  }

  return {
    inPages: () => firsts.bytes,
    bytes: () => columns.length * slots.bytes + firsts.bytes + heads.bytes(),
    add(slot, tags) {
      if (tags.length === 0)
        return
      reach = Math.max(reach, slot + 1)
      firsts.reach(slot)
      for (const tag of tags)
        addOne(slot, hashOfTag(tag))
    },
    remove(slot) {
      if (slot >= reach)
        return
      for (let first = firsts.get(slot); first !== 0; first = firsts.get(slot)) {
        const node = first - 1
        firsts.set(slot, siblings.get(node))
        unlink(node)
        count--
        if (node !== count)
          move(count, node)
        shrink()
      }
    },
    drop: page => firsts.drop(page),
    freedAt(part) {
      const pages = Math.max(0, Math.floor((room - count * part) / pageNodes) - 1)
      // A list goes with its last node; those that are left are in tables that are less full.
      const left = lists === 0 ? 0 : 1 - (1 - part) ** (count / lists)
      return pages * pageNodes * 4 * columns.length + heads.bytes() * Math.max(0, 1 - left * loosened)
    },
    * candidates(tag) {
      const cursor = { next: find(hashOfTag(tag)) }
      cursors.add(cursor)
      try {
        while (cursor.next !== 0) {
          const node = cursor.next - 1
          cursor.next = nexts.get(node)
          yield slots.get(node)
        }
      }
      finally {
        cursors.delete(cursor)
      }
    },
  }
}
