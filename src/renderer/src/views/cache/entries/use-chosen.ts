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
import { useTransferActions } from '../../../transfer/use-transfer-actions'
import { selectorsOf } from './chosen-rows'

/** What can be done with the entries that are selected in the key browser. */
interface Chosen {
  readonly count: ComputedRef<number>
  /** Asks first, and names the first keys, or what goes at a backend. */
  remove: () => Promise<void>
  /** Asks for the format of the file. */
  save: () => void
}

/** @param asOf where entries are chosen by what they have in common: those stored later stay */
interface Named { keys: string[], count: number, asOf: string | undefined }

/** Keys that a question about all entries names. */
const firstKeys = 5

/** @param total how many entries match, if all of them are selected */
export function useChosen(cache: () => CacheInfo, browser: Browser, total: () => number): Chosen {
  const { entries } = useApi()
  const caches = useCaches()
  const dialogs = useDialogs()
  const jobs = useJobs()
  const notices = useNotices()
  const transfer = useTransferActions()
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

  /** What the question names: it concerns no more than this. */
  async function named(): Promise<Named> {
    if (selection.all.value) {
      const { order, sort } = browser
      const query = { ...filter.value, sort: sort.value, order: order.value, offset: 0, limit: firstKeys }
      const page = await entries.window(cache().name, query)
      return 'progress' in page
        ? { keys: [], count: count.value, asOf: cache().asOf }
        : { keys: page.entries.map(({ key }) => key), count: page.total, asOf: page.asOf }
    }
    const rows = [...selection.rows.value.values()]
    const [asOf] = rows.flatMap(row => row.kind === 'folder' ? [row.asOf] : []).sort()
    const keys = rows.flatMap(row => row.kind === 'entry' ? [row.entry.key] : [])
    return { keys: asOf === undefined ? keys : [], count: count.value, asOf }
  }

  async function remove(): Promise<Outcome> {
    const meant = cache()
    const { name, createdAt } = meant
    const select = byJob()
    const elsewhere = deletedElsewhere(meant, select)
    const { keys, count: of, asOf } = elsewhere === null ? await named() : { keys: [], count: 0, asOf: undefined }
    const many = formatEntries(of)
    const agreed = await dialogs.confirm(elsewhere === null
      ? {
          title: `Delete ${many}?`,
          text: `This permanently deletes ${many} from ${name}.`,
          action: `Delete ${many}`,
          keys,
          of,
        }
      : {
          title: `Delete from ${name}?`,
          text: `This permanently deletes ${elsewhere}.`,
          action: `Delete from ${name}`,
        })
    if (!agreed)
      return
    const flushed = select === null ? await caches.clear(meant, asOf) : null
    if (select !== null) {
      const only = { createdAt, ...asOf !== undefined && { asOf } }
      await jobs.start({ kind: 'delete', cache: caches.nameNow(name), select, ...only })
    }
    selection.clear()
    return flushed === null ? undefined : `Deleted ${formatEntries(flushed)}.`
  }

  return {
    count,
    remove: async () => void await notices.tell(remove),
    save: () => void notices.tell(async () =>
      transfer.exportEntries(cache(), { select: byJob(), count: count.value })),
  }
}
