import type { Selector } from './ports'
import type { Store, StoredEntry } from './store'
import { compileGlob } from './glob'

/** The entries that a prefix, glob or tag chooses, whatever their time. Throws LarderError `invalid-input` for a malformed glob at once. */
export function chosenBy(store: Store, selector: Exclude<Selector, { expired: true }> | undefined): Iterable<StoredEntry> {
  if (selector === undefined)
    return store.all()
  if ('tag' in selector)
    return store.tagged(selector.tag)
  if ('prefix' in selector)
    return store.all().filter(entry => entry.key.startsWith(selector.prefix))
  const matches = compileGlob(selector.glob)
  return store.all().filter(entry => matches(entry.key))
}
