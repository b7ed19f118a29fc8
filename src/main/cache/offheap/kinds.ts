/**
 * What many entries have in common, stored once. A record refers to its kind by 16 bits; the
 * entries of a cache mostly share content type, TTL and grace, and the upper halves of their
 * numbers for hours or weeks.
 *
 *   compact    everything follows from the kind and three 32-bit numbers
 *   moved      three times are in the record: after a touch, sliding hit, softening or increment
 *   explicit   everything is in the record: used when the table of kinds is full
 */
export interface Kind {
  readonly shape: 'compact' | 'moved' | 'explicit'
  /** The record ends with text: tags, or the content type and tags of an explicit one. */
  readonly hasText: boolean
  /** The record has a word of flags; without it they are 0. */
  readonly hasFlags: boolean
  /** The value has a buffer of its own. */
  readonly isLarge: boolean
  readonly contentType: string
  readonly ttl: number
  readonly grace: number
  readonly skew: number
  /** Upper 32 bits of version, insertion number and, for compact ones, the time of storing. */
  readonly versionHigh: number
  readonly sequenceHigh: number
  readonly storedHigh: number
}

interface Kinds {
  /** Memory held, estimated: these are plain objects. */
  bytes: () => number
  get: (id: number) => Kind
  /**
   * Returns the id of an equal kind and counts one more record that has it; 0 if there is no room
   * for another kind.
   */
  take: (kind: Kind) => number
  /** Counts one record less that has this kind. */
  release: (id: number) => void
  /** The bytes as they would be after the releases that it is told about. */
  outlook: () => { release: (id: number) => void, bytes: () => number }
}

/**
 * Estimated bytes of one kind, with its name in the map and its content type twice. Node 24: 850
 * bytes at rest, but more than twice as much, including garbage not yet collected, while content
 * types come and go.
 */
export function kindBytes(contentType: string): number {
  return 2000 + 2 * contentType.length
}
const recentKinds = 8
/** Reserved for explicit kinds. There are two: with large values and without. */
const explicitKinds = 2

/** `capacity` above 65,535 would not fit into a record. */
export function createKinds(capacity = 65_535): Kinds {
  /** Id 0 means no kind. */
  const kinds: (Kind | undefined)[] = [undefined]
  const uses: number[] = [0]
  const free: number[] = []
  const ids = new Map<string, number>()
  /**
   * The ids that were looked up last, so that a write rarely has to build a text for the lookup.
   */
  const recent = new Uint16Array(recentKinds)
  let turn = 0
  let bytes = 0

  function find(kind: Kind): number {
    for (let at = 0; at < recentKinds; at++) {
      const id = recent[at] as number
      const known = kinds[id]
      if (known !== undefined && areEqual(known, kind))
        return id
    }
    const id = ids.get(nameOf(kind)) ?? 0
    recent[turn++ % recentKinds] = id
    return id
  }

  return {
    bytes: () => bytes,
    get(id) {
      const kind = kinds[id]
      if (kind === undefined)
        throw new RangeError(`No record kind ${id}`)
      return kind
    },
    take(kind) {
      let id = find(kind)
      if (id === 0) {
        if (ids.size >= capacity - (kind.shape === 'explicit' ? 0 : explicitKinds))
          return 0
        id = free.pop() ?? kinds.length
        kinds[id] = kind
        uses[id] = 0
        ids.set(nameOf(kind), id)
        bytes += kindBytes(kind.contentType)
        recent[(turn - 1) % recentKinds] = id
      }
      uses[id] = (uses[id] as number) + 1
      return id
    },
    release(id) {
      const kind = kinds[id]
      uses[id] = (uses[id] as number) - 1
      if (uses[id] !== 0 || kind === undefined)
        return
      ids.delete(nameOf(kind))
      bytes -= kindBytes(kind.contentType)
      kinds[id] = undefined
      free.push(id)
    },
    outlook() {
      const left = [...uses]
      let rest = bytes
      return {
        release(id) {
          const kind = kinds[id]
          left[id] = (left[id] ?? 0) - 1
          if (left[id] === 0 && kind !== undefined)
            rest -= kindBytes(kind.contentType)
        },
        bytes: () => rest,
      }
    },
  }
}

function areEqual(a: Kind, b: Kind): boolean {
  return a.contentType === b.contentType
    && a.ttl === b.ttl
    && a.skew === b.skew
    && a.shape === b.shape
    && a.storedHigh === b.storedHigh
    && a.hasText === b.hasText
    && a.hasFlags === b.hasFlags
    && a.isLarge === b.isLarge && a.grace === b.grace
    && a.versionHigh === b.versionHigh && a.sequenceHigh === b.sequenceHigh
}

function nameOf(kind: Kind): string {
  return `${kind.shape} ${kind.hasText} ${kind.hasFlags} ${kind.isLarge} ${kind.ttl} ${kind.grace} ${kind.skew} ${kind.versionHigh} ${kind.sequenceHigh} ${kind.storedHigh} ${kind.contentType}`
}
