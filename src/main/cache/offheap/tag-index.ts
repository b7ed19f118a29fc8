import { createColumn } from './columns'
import { hashUnits } from './key-buffer'
import { createKeyIndex } from './key-index'

/**
 * Which slots have a tag: for every pair of an entry and a tag a node of five numbers, outside the
 * V8 heap.
 *
 *   hash ──heads──▶ node ⇄ node ⇄ node     all nodes with this hash of a tag
 *                            ▲
 *   slot ──firsts─▶ node ──▶ node ──▶ node  all nodes of this entry
 *
 * The texts stand in the records, so only hashes are here. Tags with the same hash share a list,
 * and its reader checks that the entry has the tag. Collisions make only reading that list slower:
 * adding and removing never walk it.
 *
 * The nodes lie side by side: where one goes, the last one takes its place. So pages at the end
 * can go when there are fewer nodes.
 */
export interface TagIndex {
  /** Memory held. */
  bytes: () => number
  /** For a slot that has no tags here. */
  add: (slot: number, tags: readonly string[]) => void
  /** Forgets all tags of the slot. */
  remove: (slot: number) => void
  /**
   * Each slot that has a tag with the hash of this one, once. The index may change meanwhile: a
   * slot that goes is not shown any more, one that comes is not shown either.
   */
  candidates: (tag: string) => IteratorObject<number>
}

interface TagIndexParts {
  /** 32 bits; tests make them collide. */
  hashOfTag?: (tag: string) => number
  tableBuckets?: number
  pageBits?: number
}

/** Smaller pages than those of other columns: up to two of each column stay empty. */
const nodePageBits = 12
const fewestNodes = 16
/** First pages of all columns, and what the table of hashes takes when it grows. */
const firstNodes = 450
/** A node in columns that have just doubled, and its cell in a table that has. */
const nodeAlone = 52

/** Bytes, at most, of an index that holds an entry with these tags alone. */
export function tagsAlone(tags: readonly string[]): number {
  return tags.length === 0 ? 0 : firstNodes + tags.length * nodeAlone
}

export function createTagIndex(parts: TagIndexParts = {}): TagIndex {
  const { hashOfTag = hashUnits, pageBits = nodePageBits } = parts
  const pageNodes = 2 ** pageBits
  // Links are 1 more than a node, 0 for none.
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
  /** What the readers show next. */
  const cursors = new Set<{ next: number }>()
  let count = 0
  /** Nodes that the columns have room for. */
  let room = 0
  /** Slots with tags lie below. */
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

  /** Keeps a page to spare, so that an entry that comes and goes does not move the limit. */
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
    // Another tag of this entry may have the same hash; its node would be the youngest.
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
    }
    else {
      befores.set(head - 1, node + 1)
      heads.move(hash, head - 1, node)
    }
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
      heads.remove(hashes.get(node), node)
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
