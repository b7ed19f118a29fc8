import type { Evictions } from '@shared/schemas'
import { evictedEntries, evictionSentence } from '@shared/eviction-question'
import { useDialogs } from '../stores/dialogs'

/**
 * Asks before a change that evicts entries; `cache` is null for the budget of all caches. Returns
 * whether the change may be made: also if nothing goes.
 */
export function useEvictionQuestion(): (preview: Evictions, cache: string | null) => Promise<boolean> {
  const dialogs = useDialogs()
  return async (preview, cache) =>
    preview.evicted === 0 || await dialogs.confirm({
      title: cache === null ? 'Lower the memory budget?' : 'Lower the limit?',
      text: evictionSentence(preview, cache),
      action: `Evict ${evictedEntries(preview)}`,
    })
}
