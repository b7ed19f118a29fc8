import type { RequestList, RequestRecord } from '@shared/schemas'
import type { Ref } from 'vue'
import { LarderError, messageOf } from '@shared/errors'
import { onScopeDispose, shallowReadonly, shallowRef, watch } from 'vue'
import { createRefresher } from '../../../composables/refresher'
import { useApi } from '../../../composables/use-api'
import { keyFilter, newestFirst } from './key-log'

interface KeyLog {
  /** Newest first. */
  readonly records: Readonly<Ref<readonly RequestRecord[]>>
  /** How far back the log reaches; null before it was read. */
  readonly reach: Readonly<Ref<Pick<RequestList, 'since' | 'dropped'> | null>>
  /** Why it cannot be read, as a sentence. */
  readonly problem: Readonly<Ref<string>>
}

/** Records that are read and kept: many of them fold into one. */
const most = 200
/** Milliseconds between two readings while a connection keeps breaking. */
const pace = 1000

/**
 * What the request log knows of one key: read once, then joined by what happens; undefined for a
 * key that the log cannot tell from others.
 */
export function useKeyLog(place: () => { cache: string, key: string } | undefined): KeyLog {
  const { client, events } = useApi()
  const records = shallowRef<readonly RequestRecord[]>([])
  const reach = shallowRef<Pick<RequestList, 'since' | 'dropped'> | null>(null)
  const problem = shallowRef('')
  let turn = 0

  async function read(): Promise<void> {
    const now = ++turn
    const asked = place()
    if (!asked)
      return
    try {
      const list = await client['requests.list']({ limit: most, filter: keyFilter(asked.cache, asked.key) })
      if (now !== turn)
        return
      records.value = newestFirst(records.value, list.requests, most)
      reach.value = { since: list.since, dropped: list.dropped }
      problem.value = ''
    }
    catch (error) {
      if (now === turn)
        problem.value = refusalOf(error)
    }
  }
  const again = createRefresher(read, pace)

  watch(place, (now, before) => {
    if (now?.cache === before?.cache && now?.key === before?.key)
      return
    records.value = []
    reach.value = null
    problem.value = ''
    void read()
  }, { immediate: true })

  const stopListening = events.listen((event) => {
    const asked = place()
    if (event.topic === 'lagged')
      return again.request()
    if (asked && event.topic === 'request' && event.payload.key === asked.key && event.payload.cache === asked.cache)
      records.value = newestFirst(records.value, [event.payload], most)
  })
  watch(events.connected, connected => connected && again.request())
  onScopeDispose(() => {
    turn++
    stopListening()
    again.stop()
  })

  return {
    records: shallowReadonly(records),
    reach: shallowReadonly(reach),
    problem: shallowReadonly(problem),
  }
}

function refusalOf(error: unknown): string {
  return error instanceof LarderError && (error.status === 401 || error.status === 403)
    ? 'You may not read the request log.'
    : messageOf(error)
}
