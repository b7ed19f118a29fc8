import type { RequestRecord } from '@shared/schemas'
import type { Ref } from 'vue'
import type { Past } from './key-past'
import { typedKey } from '@shared/entry-key'
import { messageOf } from '@shared/errors'
import { exactTerm } from '@shared/filter'
import { computed, shallowReadonly, shallowRef, watch } from 'vue'
import { useApi } from '../../composables/use-api'
import { useLive } from '../../stores/live'
import { isWholeKey } from './repeat'

/** What the server's log knows of the key of a request. */
interface KeyPast {
  /** Null while it is read, or if the request has no key that could be looked for. */
  readonly past: Readonly<Ref<Past | null>>
  /** Requests of the key after this one, newest first, and when that was so. */
  readonly after: Readonly<Ref<readonly RequestRecord[]>>
  readonly readAt: Readonly<Ref<number>>
  /** Other misses of the key for the same reason, and the filter that finds them. */
  readonly similar: Readonly<Ref<{ count: number, filter: string } | null>>
  readonly problem: Readonly<Ref<string>>
}

interface Found extends Pick<Past, 'before' | 'sweeps' | 'since'> {
  after: readonly RequestRecord[]
  similar: number
  readAt: number
}

const most = 1000

/** Reads the past of each request that is looked at, in the calling component. */
export function useKeyPast(record: () => RequestRecord, labelOf: (keyId: string) => string): KeyPast {
  const { client } = useApi()
  const live = useLive()
  const found = shallowRef<Found | null>(null)
  const problem = shallowRef('')
  let turn = 0

  const ofKey = computed(() => {
    const { cache, key } = record()
    return cache === null || key === null || !isWholeKey(key)
      ? null
      : `${exactTerm('cache', cache)} ${exactTerm('key', typedKey(key))}`
  })
  const alike = computed(() => {
    const { result, reason } = record()
    return ofKey.value === null || result !== 'miss' || reason === null
      ? null
      : `${ofKey.value} result:miss ${exactTerm('reason', reason)}`
  })

  async function read(filter: string): Promise<Found> {
    const { id, cache } = record()
    const sweep = `${exactTerm('cache', cache ?? '')} result:dropped,made-stale -key:*`
    const [before, after, sweeps, same] = await Promise.all([
      client['requests.list']({ filter, before: id, limit: most }),
      client['requests.list']({ filter, after: id, limit: most }),
      client['requests.list']({ filter: sweep, before: id, limit: most }),
      alike.value === null ? null : client['requests.list']({ filter: alike.value, limit: 1 }),
    ])
    const isCut = before.total > before.requests.length
    return {
      before: before.requests.toReversed(),
      after: after.requests.toReversed(),
      sweeps: sweeps.requests.toReversed(),
      since: isCut ? before.requests[0]?.at ?? null : before.dropped === 0 ? null : before.since,
      similar: Math.max(0, (same?.total ?? 0) - 1),
      readAt: Date.now(),
    }
  }

  watch(record, async () => {
    const mine = ++turn
    found.value = null
    problem.value = ''
    if (ofKey.value === null)
      return
    try {
      const now = await read(ofKey.value)
      if (mine === turn)
        found.value = now
    }
    catch (error) {
      if (mine === turn)
        problem.value = messageOf(error)
    }
  }, { immediate: true })

  return {
    past: computed(() => {
      const { cache } = record()
      const events = live.events.filter(event => event.cache === null || event.cache === cache)
      return found.value && { ...found.value, events, labelOf }
    }),
    after: computed(() => found.value?.after ?? []),
    readAt: computed(() => found.value?.readAt ?? 0),
    similar: computed(() =>
      found.value && alike.value !== null && found.value.similar > 0
        ? { count: found.value.similar, filter: alike.value }
        : null),
    problem: shallowReadonly(problem),
  }
}
