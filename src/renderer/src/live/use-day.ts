import type { Ref } from 'vue'
import type { Day } from './day'
import { useDocumentVisibility } from '@vueuse/core'
import { onScopeDispose, shallowReadonly, shallowRef, watch } from 'vue'
import { useApi } from '../composables/use-api'
import { dayOf } from './day'

/** Milliseconds between two readings: the server counts whole minutes. */
const interval = 60_000
const nothing: Day = { samples: [], reasons: {}, events: [] }

/** Follows the last 24 hours while they are wanted: of one cache, or of all. */
export function useDay(wanted: () => boolean, cache: () => string | undefined = () => undefined): Readonly<Ref<Day>> {
  const { client, events } = useApi()
  const visibility = useDocumentVisibility()
  const day = shallowRef(nothing)
  let timer: ReturnType<typeof setTimeout> | undefined
  let round = 0

  async function read(turn: number): Promise<void> {
    try {
      const history = await client['history.get']({ cache: cache(), span: 'minutes' })
      if (turn === round)
        day.value = dayOf(history)
    }
    catch {
      // The frame shows that the server is lost; the next reading tries again.
    }
    if (turn === round)
      timer = setTimeout(read, interval, turn)
  }

  function stop(): void {
    clearTimeout(timer)
    round++
  }

  watch(cache, () => day.value = nothing)
  watch([wanted, cache, visibility, events.connected], () => {
    stop()
    if (wanted() && visibility.value === 'visible')
      void read(round)
  }, { immediate: true })
  onScopeDispose(stop)
  return shallowReadonly(day)
}
