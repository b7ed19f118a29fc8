import type { ChosenSelector, PartSelector } from './ports'
import type { Store, StoredEntry } from './store'
import { testOf } from './part-test'

/** The entries that a selector chooses, whether or not they have expired. */
interface Chosen {
  /** Handles of all these entries that are there at the call, each once, and possibly of others. */
  handles: Iterable<number>
  /** `now` is the time that counts for the entry (`timeOf`). */
  accepts: (entry: StoredEntry, now: number) => boolean
  /** The number of handles; 0 if it is not known before they have been read. */
  count: number
}

/**
 * Chooses all entries if there is no selector. Throws LarderError `invalid-input` for a malformed
 * glob or filter.
 */
export function chosenBy(store: Store, selector: ChosenSelector | null | undefined): Chosen {
  if (selector === null || selector === undefined)
    return among(store, () => true)
  const [first, ...others] = 'any' in selector ? selector.any : [selector]
  return first && others.length === 0 ? chosenByOne(store, first) : chosenByAny(store, first ? [first, ...others] : [])
}

function chosenByOne(store: Store, selector: PartSelector): Chosen {
  if ('tag' in selector)
    return { handles: store.tagged(selector.tag), accepts: () => true, count: 0 }
  if ('keys' in selector) {
    const handles = [...new Set(selector.keys)].flatMap(key => handleOf(store, key))
    return { handles, accepts: () => true, count: handles.length }
  }
  return among(store, testOf(selector))
}

/** All entries are looked at once, unless each part leads to its own. */
function chosenByAny(store: Store, parts: readonly PartSelector[]): Chosen {
  if (parts.every(part => 'keys' in part))
    return chosenByOne(store, { keys: parts.flatMap(({ keys }) => keys) })
  const tests = parts.map(testOf)
  return among(store, (entry, now) => tests.some(accepts => accepts(entry, now)))
}

function among(store: Store, accepts: Chosen['accepts']): Chosen {
  return { handles: below(store.handles), accepts, count: store.handles }
}

function handleOf(store: Store, key: string): number[] {
  const entry = store.find(key)
  return entry === undefined ? [] : [store.handleOf(entry)]
}

function* below(end: number): Generator<number> {
  for (let handle = 0; handle < end; handle++)
    yield handle
}
