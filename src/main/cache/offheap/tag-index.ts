/** Which slots have a tag. Tags are rare: plain objects on the heap, whose size is estimated. */
export interface TagIndex {
  bytes: () => number
  add: (slot: number, tags: readonly string[]) => void
  remove: (slot: number, tags: readonly string[]) => void
  slots: (tag: string) => Iterable<number>
}

/**
 * What a tag takes with its first slot. Node 24: 66 bytes at rest, and with what waits for the collector twice as much while
 * entries come and go.
 */
const tagBytes = 130
/** The set that it gets with a second slot. */
const setBytes = 200
/** A set of 1,000,000 slots takes 21 bytes a slot, up to twice that when it has just grown. */
const slotBytes = 36

/** Bytes for the first slot with these tags. */
export function tagsAlone(tags: readonly string[]): number {
  return tags.reduce((sum, tag) => sum + textBytes(tag), 0)
}

/** As if each character took two bytes. */
function textBytes(tag: string): number {
  return tagBytes + tag.length * 2
}

export function createTagIndex(): TagIndex {
  /** Most tags that are many have one slot each, and a set for each would be most of what they take. */
  const byTag = new Map<string, number | Set<number>>()
  let bytes = 0

  function addOne(slot: number, tag: string): void {
    const slots = byTag.get(tag)
    if (slots === undefined) {
      byTag.set(tag, slot)
      bytes += textBytes(tag)
    }
    else if (typeof slots !== 'number') {
      bytes += slots.has(slot) ? 0 : slotBytes
      slots.add(slot)
    }
    else if (slots !== slot) {
      byTag.set(tag, new Set([slots, slot]))
      bytes += setBytes + 2 * slotBytes
    }
  }

  function removeOne(slot: number, tag: string): void {
    const slots = byTag.get(tag)
    if (slots === slot) {
      byTag.delete(tag)
      bytes -= textBytes(tag)
    }
    else if (typeof slots === 'object' && slots.delete(slot)) {
      bytes -= slotBytes
      if (slots.size > 0)
        return
      byTag.delete(tag)
      bytes -= setBytes + textBytes(tag)
    }
  }

  return {
    bytes: () => bytes,
    add: (slot, tags) => tags.forEach(tag => addOne(slot, tag)),
    remove: (slot, tags) => tags.forEach(tag => removeOne(slot, tag)),
    slots(tag) {
      const slots = byTag.get(tag) ?? []
      return typeof slots === 'number' ? [slots] : slots
    },
  }
}
