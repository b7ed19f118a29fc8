import type { ComputedRef } from 'vue'
import type { Outcome } from '../../../stores/notices'
import type { Browser } from './use-browser'
import { computed } from 'vue'
import { formatEntries } from '../../../format'
import { useCaches } from '../../../stores/caches'
import { useDialogs } from '../../../stores/dialogs'
import { useJobs } from '../../../stores/jobs'
import { useNotices } from '../../../stores/notices'
import { selectorsOf } from './chosen-rows'

/** What can be done with the entries that are selected in the key browser. */
interface Chosen {
  readonly count: ComputedRef<number>
  /** Asks first, and names the first keys. */
  remove: () => Promise<void>
  save: () => void
}

/** @param total how many entries match, if all of them are selected */
export function useChosen(cache: () => string, browser: Browser, total: () => number): Chosen {
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

  /** Keys of what is chosen; empty if there are folders, or all, among them. */
  function keys(): string[] {
    const rows = [...selection.rows.value.values()]
    return rows.some(row => row.kind === 'folder')
      ? []
      : rows.flatMap(row => row.kind === 'entry' ? [row.entry.key] : [])
  }

  async function remove(): Promise<Outcome> {
    const name = cache()
    const select = byJob()
    const many = formatEntries(count.value)
    const agreed = await dialogs.confirm({
      title: `Delete ${many}?`,
      text: `This permanently deletes ${many} from ${name}.`,
      action: `Delete ${many}`,
      keys: keys(),
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
      await jobs.start({ kind: 'export', cache: cache(), ...(select && { select }) })
    }),
  }
}
