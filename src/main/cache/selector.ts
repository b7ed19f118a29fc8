import type { Selector } from './ports'
import type { Store, StoredEntry } from './store'
import { hasPrefix } from '@shared/entry-key'
import { compileGlob } from './glob'

/** The entries that a selector chooses, whether or not they have expired. */
interface Chosen {
  /** Handles of all these entries that are there at the call, and possibly of others. */
  handles: Iterable<number>
  accepts: (entry: StoredEntry) => boolean
}

/**
 * Chooses all entries if there is no selector. Throws LarderError `invalid-input` for a malformed
 * glob.
 */
export function chosenBy(store: Store, selector: Exclude<Selector, { expired: true }> | undefined): Chosen {
  if (selector !== undefined && 'tag' in selector)
    return { handles: store.tagged(selector.tag), accepts: () => true }
  const handles = below(store.handles)
  if (selector === undefined)
    return { handles, accepts: () => true }
  if ('prefix' in selector)
    return { handles, accepts: entry => hasPrefix(entry.key, selector.prefix) }
  const matches = compileGlob(selector.glob)
  return { handles, accepts: entry => matches(entry.key) }
}

function* below(end: number): Generator<number> {
  for (let handle = 0; handle < end; handle++)
    yield handle
}
