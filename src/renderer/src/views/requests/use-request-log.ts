import type { RequestRecord } from '@shared/schemas'
import type { Ref, ShallowRef } from 'vue'
import type { Api } from '../../api/api'
import type { ServerEvent } from '../../api/server-event'
import type { RequestReach } from './request-text'
import type { Tally } from './tally'
import { messageOf } from '@shared/errors'
import { asksForSenders, compileRequestFilter, isOwnRead } from '@shared/request-filter'
import { computed, onScopeDispose, shallowReadonly, shallowRef, watch } from 'vue'
import { createRateMeter } from '../../live/rate-meter'
import { createOwnReads, mergeNewestFirst } from './own-reads'
import { createRecordRing } from './record-ring'
import { createRequestStream } from './request-stream'
import { createTally, emptyTally } from './tally'

interface RequestLog {
  /** The shown requests, newest first. They do not change while the log is held. */
  readonly records: Readonly<ShallowRef<readonly RequestRecord[]>>
  /** Exact, even while the log is held. */
  readonly tally: Readonly<ShallowRef<Tally>>
  /** Requests per second, averaged over the last seconds; null until it is known. */
  readonly rate: Readonly<ShallowRef<number | null>>
  /** Number of matching requests that arrived since the log was held. */
  readonly newer: Readonly<Ref<number>>
  readonly kept: Readonly<ShallowRef<number>>
  readonly problem: Readonly<ShallowRef<string>>
  readonly loaded: Readonly<ShallowRef<boolean>>
  /** How far back the server's log reaches; null before that is known. */
  readonly reach: Readonly<ShallowRef<RequestReach | null>>
  clear: () => void
}

interface RequestLogOptions {
  api: Pick<Api, 'client' | 'events'>
  /** A filter without errors. */
  filter: Readonly<Ref<string>>
  /** Whether the list must not change. */
  held: Readonly<Ref<boolean>>
}

/**
 * Milliseconds between two updates of the screen: nobody could read more of them, however many
 * requests there are.
 */
const pictureInterval = 125
/** Milliseconds between two readings of the rate, and seconds over which it is averaged. */
const rateInterval = 1000
const rateSpan = 4
/** Milliseconds after which it is asked again how far back its log reaches: that moves on. */
const reachInterval = 10_000
/** Number of requests to read from the server at the start. */
const newestLimit = 1000

/**
 * The live request log of the calling scope. All requests are counted and the newest are kept; only
 * the display is sampled, a few times per second.
 */
export function useRequestLog({ api: { client, events }, filter, held }: RequestLogOptions): RequestLog {
  const ring = createRecordRing()
  const counts = createTally()
  const meter = createRateMeter(rateSpan)
  const records = shallowRef<readonly RequestRecord[]>([])
  const tally = shallowRef(emptyTally)
  const kept = shallowRef(0)
  const rate = shallowRef<number | null>(null)
  const problem = shallowRef('')
  const loaded = shallowRef(false)
  const reach = shallowRef<RequestReach | null>(null)
  const matchingWhenHeld = shallowRef(0)
  const newer = computed(() => held.value ? Math.max(0, tally.value.matching - matchingWhenHeld.value) : 0)
  let passes = compileRequestFilter(filter.value)
  let changed = false
  const own = createOwnReads(async () =>
    (await client['requests.list']({ limit: newestLimit, filter: 'from:console' })).requests.filter(isOwnRead))

  const stream = createRequestStream({
    readNewest: async () => {
      const { requests, since, dropped } = await client['requests.list']({ limit: newestLimit })
      reach.value = { since, dropped }
      return requests
    },
    onRecords(fresh) {
      changed = true
      for (const record of fresh) {
        ring.add(record)
        counts.count(record, passes(record))
      }
    },
    onMissed(results) {
      changed = true
      counts.miss(results)
    },
    // The counts are exact again from here on.
    onGap: clearCounts,
    onProblem: error => problem.value = messageOf(error),
  })

  function clearCounts(): void {
    changed = true
    counts.clear()
    matchingWhenHeld.value = 0
  }

  function shown(): readonly RequestRecord[] {
    return mergeNewestFirst(ring.list(passes), own.list(passes))
  }

  /** Nobody reads what nobody has asked for. */
  async function catchUpOwn(): Promise<void> {
    if (!asksForSenders(filter.value))
      return
    try {
      await own.catchUp()
      changed = true
      if (!held.value)
        counts.setMatching(shown().length)
    }
    catch (error) {
      problem.value = messageOf(error)
    }
  }

  function onEvent(event: ServerEvent): void {
    const record = own.push(event)
    if (record === null)
      return stream.push(event)
    if (passes(record)) {
      changed = true
      counts.match()
    }
  }

  function draw(): void {
    stream.flush()
    if (!changed)
      return
    changed = false
    tally.value = counts.read()
    kept.value = ring.size
    if (!held.value)
      records.value = shown()
  }

  async function catchUp(): Promise<void> {
    problem.value = ''
    await Promise.all([stream.catchUp(), catchUpOwn()])
    loaded.value = true
    draw()
  }

  watch(filter, (text) => {
    passes = compileRequestFilter(text)
    void catchUpOwn()
    records.value = shown()
    counts.setMatching(records.value.length)
    tally.value = counts.read()
    matchingWhenHeld.value = tally.value.matching
  })
  watch(held, (now) => {
    changed = true
    draw()
    if (now)
      matchingWhenHeld.value = tally.value.matching
  }, { flush: 'sync' })
  // Requests missed while the connection was down are read when it is back.
  watch(events.connected, now => now && void catchUp())
  void catchUp()

  const unlisten = events.listen(onEvent)
  const pictures = setInterval(draw, pictureInterval)
  const rates = setInterval(() => {
    meter.note(new Map([['all', tally.value.total]]), performance.now() / 1000)
    rate.value = meter.rate('all')
  }, rateInterval)
  const reaches = setInterval(async () => {
    try {
      const { since, dropped } = await client['requests.list']({ limit: 1 })
      reach.value = { since, dropped }
    }
    catch {
      // The connection's own mark says that the server cannot be reached.
    }
  }, reachInterval)
  onScopeDispose(() => {
    unlisten()
    clearInterval(reaches)
    clearInterval(pictures)
    clearInterval(rates)
  })

  return {
    records: shallowReadonly(records),
    tally: shallowReadonly(tally),
    rate: shallowReadonly(rate),
    newer,
    kept: shallowReadonly(kept),
    problem: shallowReadonly(problem),
    loaded: shallowReadonly(loaded),
    reach: shallowReadonly(reach),
    clear() {
      stream.flush()
      ring.clear()
      own.clear()
      clearCounts()
      records.value = []
      draw()
    },
  }
}
