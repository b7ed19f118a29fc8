import type { CacheInfo } from '@shared/schemas'
import type { Action } from '../../components/action'
import type { CacheActions } from '../../composables/use-cache-actions'

/** All that can be done to a cache, in the order of its menu. The keys work on its row too. */
export function cacheActionsOf(
  cache: CacheInfo,
  actions: CacheActions,
  open: (cache: CacheInfo) => void,
): readonly Action[] {
  const fixed = cache.name === 'default'
  return [
    { label: 'Open', key: 'Enter', run: () => open(cache) },
    { label: 'Add entry…', key: 'a', run: () => actions.addEntry(cache) },
    { label: 'View all', key: 'v', run: () => actions.viewAll(cache) },
    ...cache.source === null
      ? []
      : [{ label: 'Refresh from the source…', key: 'f', run: () => actions.refresh(cache) }],
    {
      label: cache.enabled ? 'Switch off' : 'Switch on',
      key: 's',
      run: () => actions.setEnabled(cache, !cache.enabled),
    },
    { label: 'Rename…', key: 'r', disabled: fixed, run: () => actions.rename(cache) },
    { label: 'Clear…', key: 'Backspace', apart: true, run: () => void actions.clear(cache) },
    { label: 'Delete…', key: 'Delete', disabled: fixed, run: () => void actions.remove(cache) },
  ]
}
