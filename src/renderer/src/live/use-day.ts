import type { Ref } from 'vue'
import type { Day } from './day'
import { shallowReadonly, shallowRef, watch } from 'vue'
import { useApi } from '../composables/use-api'
import { useFollowing } from '../composables/use-following'
import { dayOf } from './day'

/** Milliseconds between two readings: the server counts whole minutes. */
const interval = 60_000
const nothing: Day = { samples: [], reasons: {}, events: [] }

/** Follows the last 24 hours while they are wanted: of one cache, or of all. */
export function useDay(wanted: () => boolean, cache: () => string | undefined = () => undefined): Readonly<Ref<Day>> {
  const { client } = useApi()
  const day = shallowRef(nothing)
  watch(cache, () => day.value = nothing)
  useFollowing({
    interval,
    question: () => wanted() ? { cache: cache(), span: 'minutes' as const } : null,
    read: client['history.get'],
    take: history => day.value = dayOf(history),
  })
  return shallowReadonly(day)
}
