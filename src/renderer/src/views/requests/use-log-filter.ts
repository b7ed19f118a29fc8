import type { FilterError } from '@shared/filter'
import type { Ref } from 'vue'
import type { Grouping } from './groupings'
import type { TimeRange } from './time-range'
import { filterErrorOf } from '@shared/filter'
import { asksForSenders, compileRequestFilter } from '@shared/request-filter'
import { computed, shallowRef, watch } from 'vue'
import { useAddress } from '../../composables/use-address'
import { addTerm, withoutField } from './filter-terms'
import { readGrouping } from './groupings'
import { readRange, withRange, writeRange } from './time-range'

interface LogFilter {
  /** As it stands in the field. */
  readonly text: Ref<string>
  readonly error: Readonly<Ref<FilterError | null>>
  /** The last text without an error: it stays in effect while the next one is typed. */
  readonly filter: Readonly<Ref<string>>
  /** The same with the time range. */
  readonly whole: Readonly<Ref<string>>
  readonly range: Ref<TimeRange>
  readonly by: Ref<Grouping>
  /** Whether the console's own reads are shown too. */
  readonly own: Ref<boolean>
  /** Filters by a term too. */
  add: (term: string) => void
}

const withOwn = 'from:app,console'

/**
 * What the log is filtered and grouped by. All of it is in the address, so that a view of the log
 * can be bookmarked and shared, and so that other screens can link to one.
 */
export function useLogFilter(): LogFilter {
  const address = useAddress()
  const text = shallowRef(address.valueOf('filter'))
  const range = computed({
    get: () => readRange(address.valueOf('from'), address.valueOf('to')),
    set: now => address.change({ ...writeRange(now) }),
  })
  const by = computed({
    get: () => readGrouping(address.valueOf('group')),
    set: now => address.change({ group: now === 'none' ? undefined : now }),
  })
  const own = computed({
    get: () => asksForSenders(text.value),
    set(now) {
      const others = withoutField(text.value, 'from')
      text.value = now ? addTerm(others, withOwn) : others
    },
  })
  const error = computed(() => filterErrorOf(() => compileRequestFilter(withRange(text.value, range.value))))
  const filter = shallowRef(error.value ? '' : text.value.trim())

  watch(text, (now) => {
    if (!error.value)
      filter.value = now.trim()
  })
  watch(filter, now => address.change({ filter: now === '' ? undefined : now }))
  watch(() => address.valueOf('filter'), (now) => {
    if (now !== filter.value)
      text.value = now
  })
  return {
    text,
    error,
    filter,
    whole: computed(() => {
      const timed = withRange(filter.value, range.value)
      // With the time it may be too long, which `error` says.
      return filterErrorOf(() => compileRequestFilter(timed)) ? filter.value : timed
    }),
    range,
    by,
    own,
    add: term => void (text.value = addTerm(text.value, term)),
  }
}
