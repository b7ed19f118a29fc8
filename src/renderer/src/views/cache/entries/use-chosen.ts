import type { CacheInfo } from '@shared/schemas'
import type { ComputedRef } from 'vue'
import type { Outcome } from '../../../stores/notices'
import type { Browser } from './use-browser'
import { computed } from 'vue'
import { deletedElsewhere } from '../../../cleared'
import { useApi } from '../../../composables/use-api'
import { formatEntries } from '../../../format'
import { useCaches } from '../../../stores/caches'
import { useDialogs } from '../../../stores/dialogs'
import { useJobs } from '../../../stores/jobs'
import { useNotices } from '../../../stores/notices'
import { selectorsOf } from './chosen-rows'

/** What can be done with the entries that are selected in the key browser. */
interface Chosen {
  readonly count: ComputedRef<number>
  /** Asks first, and names the first keys, or what goes at a backend. */
  remove: () => Promise<void>
  save: () => void
}

/** Keys that a question about all entries names. */
const firstKeys = 5

/** @param total how many entries match, if all of them are selected */
export function useChosen(cache: () => CacheInfo, browser: Browser, total: () => number): Chosen {
  const { entries } = useApi()
  const caches = useCaches()
  const dialogs = useDialogs()
  const jobs = useJobs()
  const notices = useNotices()
  const { selection, filter } = browser
  const count = computed(() => selection.count(total()))

  /**
   * What is chosen, as a job takes it; null for everything. Throws an error if it is too much.
   */
  function byJob(): ReturnType<typeof selectorsOf> {
    return selectorsOf(selection.all.value
      ? { filter: filter.value ?? null }
      : { rows: [...selection.rows.value.values()] })
  }

  /**
   * Keys of what is chosen, or of the first if it is all; empty if there are folders among them.
   */
  async function keys(): Promise<string[]> {
    if (selection.all.value) {
      const { order, sort } = browser
      const query = { ...filter.value, sort: sort.value, order: order.value, offset: 0, limit: firstKeys }
      const page = await entries.window(cache().name, query)
      return 'progress' in page ? [] : page.entries.map(({ key }) => key)
    }
    const rows = [...selection.rows.value.values()]
    return rows.some(row => row.kind === 'folder')
      ? []
      : rows.flatMap(row => row.kind === 'entry' ? [row.entry.key] : [])
  }

  async function remove(): Promise<Outcome> {
    const { name } = cache()
    const select = byJob()
    const many = formatEntries(count.value)
    const elsewhere = deletedElsewhere(cache(), select)
    const agreed = await dialogs.confirm(elsewhere === null
      ? {
          title: `Delete ${many}?`,
          text: `This permanently deletes ${many} from ${name}.`,
          action: `Delete ${many}`,
          keys: await keys(),
          of: count.value,
        }
      : {
          title: `Delete from ${name}?`,
          text: `This permanently deletes ${elsewhere}.`,
          action: `Delete from ${name}`,
        })
    if (!agreed)
      return
    const flushed = select === null ? await caches.clear(name) : null
    if (select !== null)
      await jobs.start({ kind: 'delete', cache: name, select })
    selection.clear()
    return flushed === null ? undefined : `Deleted ${formatEntries(flushed)}.`
  }

  return {
    count,
    remove: async () => void await notices.tell(remove),
    save: () => void notices.tell(async () => {
      const select = byJob()
      await jobs.start({ kind: 'export', cache: cache().name, ...(select && { select }) })
    }),
  }
}
