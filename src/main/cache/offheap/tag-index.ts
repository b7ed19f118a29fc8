/** Which slots have a tag. Tags are rare: plain sets on the heap, whose size is estimated. */
export interface TagIndex {
  bytes: () => number
  add: (slot: number, tags: readonly string[]) => void
  remove: (slot: number, tags: readonly string[]) => void
  slots: (tag: string) => Iterable<number>
}

/** Node 24: a set of 1,000,000 slots takes 21 bytes a slot, up to twice that when it has just grown; a tag with one slot 195, its text included. */
const slotBytes = 36
const tagBytes = 160

/** Bytes for the first slot with these tags. */
export function tagsAlone(tags: readonly string[]): number {
  return tags.reduce((sum, tag) => sum + slotBytes + tagBytes + tag.length * 2, 0)
}

export function createTagIndex(): TagIndex {
  const byTag = new Map<string, Set<number>>()
  let bytes = 0
  return {
    bytes: () => bytes,
    add(slot, tags) {
      for (const tag of tags) {
        const slots = byTag.get(tag)
        bytes += slotBytes
        if (slots) {
          slots.add(slot)
          continue
        }
        byTag.set(tag, new Set([slot]))
        bytes += tagBytes + tag.length * 2
      }
    },
    remove(slot, tags) {
      for (const tag of tags) {
        const slots = byTag.get(tag)
        if (!slots?.delete(slot))
          continue
        bytes -= slotBytes
        if (slots.size > 0)
          continue
        byTag.delete(tag)
        bytes -= tagBytes + tag.length * 2
      }
    },
    slots: tag => byTag.get(tag) ?? [],
  }
}
