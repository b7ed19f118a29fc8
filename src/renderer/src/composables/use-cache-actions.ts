import type { CacheInfo } from '@shared/schemas'
import type { Outcome } from '../stores/notices'
import { defineAsyncComponent } from 'vue'
import { useRouter } from 'vue-router'
import { clearedOf } from '../cleared'
import { formatEntries } from '../format'
import { createSampleCache } from '../sample-cache'
import { useCaches } from '../stores/caches'
import { useDialogs } from '../stores/dialogs'
import { useNotices } from '../stores/notices'
import { useApi } from './use-api'

const NewCacheDialog = defineAsyncComponent(() => import('../views/overview/NewCacheDialog.vue'))
const AddEntryDialog = defineAsyncComponent(() => import('../views/overview/AddEntryDialog.vue'))
const RenameCacheDialog = defineAsyncComponent(() => import('../views/overview/RenameCacheDialog.vue'))
const RefreshDialog = defineAsyncComponent(() => import('../views/cache/RefreshDialog.vue'))
const ViewAllDialog = defineAsyncComponent(() => import('../views/overview/ViewAllDialog.vue'))

/** Actions on caches, for every place that offers them: table rows, the palette, shortcuts. */
export interface CacheActions {
  create: () => void
  createSample: () => void
  addEntry: (cache: CacheInfo) => void
  viewAll: (cache: CacheInfo) => void
  /** Of a cache with a source. */
  refresh: (cache: CacheInfo) => void
  setEnabled: (cache: CacheInfo, enabled: boolean) => void
  /** Asks first, unless there is nothing to lose. */
  clear: (cache: CacheInfo) => Promise<void>
  rename: (cache: CacheInfo) => void
  remove: (cache: CacheInfo) => Promise<void>
}

export function useCacheActions(): CacheActions {
  const api = useApi()
  const caches = useCaches()
  const dialogs = useDialogs()
  const notices = useNotices()
  const router = useRouter()

  /** Ends where there is something to see. */
  async function fillSampleCache(): Promise<Outcome> {
    const { name, outcome } = await createSampleCache({ api, caches })
    await router.push({ name: 'cache', params: { name } })
    return outcome
  }

  return {
    create: () => void dialogs.show(NewCacheDialog, {}),
    createSample: () => void notices.tell(fillSampleCache),
    addEntry: cache => void dialogs.show(AddEntryDialog, { cache }),
    viewAll: cache => void dialogs.show(ViewAllDialog, { cache }),
    refresh: cache => void dialogs.show(RefreshDialog, { cache }),
    setEnabled: ({ name }, enabled) => void notices.tell(() => caches.setEnabled(name, enabled)),
    async clear(cache) {
      const { name, backend } = cache
      const what = clearedOf(cache)
      const agreed = what === null
        || await dialogs.confirm({
          title: `Clear ${name}?`,
          text: `This permanently deletes ${what}. The cache and its settings stay.`,
          action: `Clear ${backend === null ? what : name}`,
        })
      if (agreed) {
        await notices.tell(async () => {
          const cleared = await caches.clear(cache, backend === null ? cache.asOf : undefined)
          return `Cleared ${name}: ${formatEntries(cleared)} deleted.`
        })
      }
    },
    rename: cache => void dialogs.show(RenameCacheDialog, { cache }),
    async remove(cache) {
      const { name, entries, backend } = cache
      const what = backend === null ? `permanently deletes ${formatEntries(entries)} and` : 'deletes'
      const { agreed, checked } = await dialogs.ask({
        title: `Delete ${name}?`,
        text: `This ${what} the cache with its settings. Apps that use it get 404.`,
        action: `Delete ${name}`,
        ...backend && {
          check: {
            label: `Delete its entries at ${backend.connection} as well`,
            hint: `If not, the keys with the prefix ${backend.prefix} stay there.`,
          },
        },
      })
      if (!agreed)
        return
      const told = backend === null
        ? `Deleted ${name}.`
        : `Deleted ${name}. Its entries at ${backend.connection} ${checked ? 'are deleted, too' : 'are still there'}.`
      await notices.tell(() => caches.remove(cache, checked).then(() => told))
    },
  }
}
