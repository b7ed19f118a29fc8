import type { EntryOrder, EntrySort } from '@shared/entries'
import type { EntryFilter, EntrySelector } from '@shared/entry-filter'
import type { Ref } from 'vue'
import type { Address } from '../../../composables/use-address'
import type { KeyRows, ServerRow } from './rows'
import type { Selection } from './selection'
import type { Delimiter } from './use-question'
import { readEntryFilter } from '@shared/entry-filter'
import { compileEntryFilter } from '@shared/entry-language'
import { LarderError } from '@shared/errors'
import { FilterError, filterErrorOf } from '@shared/filter'
import { refThrottled, useIntervalFn } from '@vueuse/core'
import { computed, onScopeDispose, shallowReadonly, shallowRef, watch } from 'vue'
import { concernsCache } from '../../../api/server-event'
import { createRefresher } from '../../../composables/refresher'
import { useApi } from '../../../composables/use-api'
import { inNaturalOrder } from './natural-order'
import { requestWindow } from './read-window'
import { createRows } from './rows'
import { createSelection } from './selection'
import { useQuestion } from './use-question'

/**
 * Milliseconds between two reads of the visible rows: after changes, and after hits, which only
 * change a number. The slow pace is also that of a filter that is about time.
 */
const pace = 400
const slowPace = 2000
/** Milliseconds between two queries while somebody types; the first is sent at once. */
const typingPace = 60
/** Number of rows to read before the number of visible rows is known. */
const firstRows = 60

export interface Browser {
  text: Ref<string>
  /** The last filter without an error, as it is read. */
  readonly written: Readonly<Ref<EntryFilter | null>>
  sort: Ref<EntrySort>
  order: Ref<EntryOrder>
  delimiter: Ref<Delimiter>
  /** Whether folders are shown. They need a prefix or no filter: globs and tags give a list. */
  readonly isTree: Readonly<Ref<boolean>>
  readonly filter: Readonly<Ref<EntrySelector | undefined>>
  /**
   * The error in the text; the last filter without an error stays in effect. Some errors are found
   * only by the server.
   */
  readonly filterError: Readonly<Ref<FilterError | null>>
  /** The rows of the last query that was answered. */
  readonly rows: Readonly<Ref<KeyRows | undefined>>
  /** Changes whenever rows arrive. */
  readonly version: Readonly<Ref<number>>
  /** Entries that match; null before the first answer. */
  readonly total: Readonly<Ref<number | null>>
  /** Progress of the server in building the order, 0 to 1; null when it is ready. */
  readonly progress: Readonly<Ref<number | null>>
  readonly problem: Readonly<Ref<unknown>>
  readonly selection: Selection
  want: (from: number, to: number) => void
  /** Asks once more what could not be answered. */
  again: () => void
}

/** The key browser of a cache: its query, and rows that follow the server's events. */
export function useBrowser(cache: () => string, address: Address): Browser {
  const { entries, events } = useApi()
  const { text, written, sort, order, delimiter } = useQuestion(address)
  const chosen = refThrottled(written, typingPace, true, true)
  const rows = shallowRef<KeyRows>()
  const version = shallowRef(0)
  const total = shallowRef<number | null>(null)
  const progress = shallowRef<number | null>(null)
  const problem = shallowRef<unknown>(null)
  const selection = createSelection()
  const filter = computed(() => chosen.value?.selector)
  const filterError = computed(() => filterErrorOf(() => readEntryFilter(text.value)) ?? refusedFilter())
  const isTimed = computed(() => filter.value !== undefined && 'filter' in filter.value
    && typeof compileEntryFilter(filter.value.filter)?.nextTurn === 'function')
  const isTree = computed(() => delimiter.value !== '' && (filter.value === undefined || 'prefix' in filter.value))
  let next: KeyRows | undefined

  /** The server's error as one of the filter: it checks globs more strictly than the grammar. */
  function refusedFilter(): FilterError | null {
    const refused = problem.value instanceof LarderError
      ? problem.value.errors?.find(({ field }) => ['glob', 'prefix', 'tag', 'filter'].includes(field))
      : undefined
    return refused && chosen.value
      ? new FilterError(`${refused.field} ${refused.message}.`, chosen.value.from, chosen.value.to)
      : null
  }

  /** Starts a query. The old rows stay until the first new ones arrive. */
  function ask(): void {
    if (next !== rows.value)
      next?.dispose()
    const name = cache()
    const selected = filter.value
    const inTree = isTree.value
    const question = { sort: sort.value, order: order.value, ...(inTree && { delimiter: delimiter.value }) }
    let matching: number | null = null
    const asked = createRows({
      async read(prefix, offset, limit, signal) {
        const selector = prefix === null ? selected : { prefix }
        const page = await requestWindow(
          entries,
          name,
          { ...selector, ...question, offset, limit },
          { signal, onProgress: part => next === asked && (progress.value = part) },
        )
        if (next !== asked)
          throw new DOMException('Another question was asked since.', 'AbortError')
        problem.value = null
        if (prefix === null)
          matching = page.total
        const readAt = Date.now()
        const found: ServerRow[] = [
          ...page.folders.map(folder => ({ kind: 'folder' as const, ...folder, asOf: page.asOf })),
          ...page.entries.map(entry => ({ kind: 'entry' as const, entry, readAt })),
        ]
        const whole = found.length === page.rows
        return {
          rows: whole && inTree && question.sort === 'key' ? inNaturalOrder(found, question.order) : found,
          count: page.rows,
        }
      },
      onChange() {
        if (next !== asked)
          return
        if (rows.value !== asked) {
          rows.value?.dispose()
          rows.value = asked
        }
        total.value = matching
        version.value++
      },
      onError(error) {
        if (next !== asked || (error instanceof DOMException && error.name === 'AbortError'))
          return
        progress.value = null
        problem.value = error
      },
    })
    next = asked
    asked.want(0, firstRows)
  }

  // Getters, because with a shallow ref as a source this would run even if no value has changed.
  watch([
    cache,
    () => filter.value,
    () => sort.value,
    () => order.value,
    () => isTree.value,
    () => delimiter.value,
  ], () => {
    selection.clear()
    ask()
  }, { immediate: true })
  watch(cache, () => {
    total.value = null
    rows.value?.dispose()
    rows.value = undefined
  })

  const soon = createRefresher(async () => next?.invalidate(), pace)
  const later = createRefresher(async () => next?.invalidate(), slowPace)
  const stopListening = events.listen((event) => {
    if (event.topic === 'lagged')
      return soon.request()
    if (!concernsCache(event) || event.payload.cache !== cache())
      return
    if (event.topic !== 'request')
      soon.request()
    else if (event.payload.result === 'hit')
      later.request()
    if (event.topic === 'entry.removed')
      selection.drop(`entry ${event.payload.key}`)
    if (event.topic === 'cache.flushed')
      selection.clear()
  })
  watch(events.connected, connected => connected && soon.request())
  // No event tells that an entry has come of the age that the filter asks for.
  useIntervalFn(() => isTimed.value && later.request(), slowPace)

  onScopeDispose(() => {
    stopListening()
    soon.stop()
    later.stop()
    next?.dispose()
    rows.value?.dispose()
  })

  return {
    text,
    written,
    sort,
    order,
    delimiter,
    isTree,
    filter,
    filterError,
    rows: shallowReadonly(rows),
    version: shallowReadonly(version),
    total: shallowReadonly(total),
    progress: shallowReadonly(progress),
    problem: shallowReadonly(problem),
    selection,
    want: (from, to) => rows.value?.want(from, to),
    again: ask,
  }
}
