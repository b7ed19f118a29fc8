import type { RequestRecord } from '@shared/schemas'
import type { Ref, ShallowRef } from 'vue'
import type { Api } from '../../api/api'
import type { Tally } from './tally'
import { messageOf } from '@shared/errors'
import { compileFilter } from '@shared/filter'
import { requestFilter } from '@shared/request-filter'
import { computed, onScopeDispose, shallowReadonly, shallowRef, watch } from 'vue'
import { createRateMeter } from '../../live/rate-meter'
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
  const matchingWhenHeld = shallowRef(0)
  const newer = computed(() => held.value ? Math.max(0, tally.value.matching - matchingWhenHeld.value) : 0)
  let passes = compileFilter(filter.value, requestFilter)
  let changed = false

  const stream = createRequestStream({
    readNewest: async () => (await client['requests.list']({ limit: newestLimit })).requests,
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

  function draw(): void {
    stream.flush()
    if (!changed)
      return
    changed = false
    tally.value = counts.read()
    kept.value = ring.size
    if (!held.value)
      records.value = ring.list(passes)
  }

  async function catchUp(): Promise<void> {
    problem.value = ''
    await stream.catchUp()
    loaded.value = true
    draw()
  }

  watch(filter, (text) => {
    passes = compileFilter(text, requestFilter)
    records.value = ring.list(passes)
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

  const unlisten = events.listen(stream.push)
  const pictures = setInterval(draw, pictureInterval)
  const rates = setInterval(() => {
    meter.note(new Map([['all', tally.value.total]]), performance.now() / 1000)
    rate.value = meter.rate('all')
  }, rateInterval)
  onScopeDispose(() => {
    unlisten()
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
    clear() {
      stream.flush()
      ring.clear()
      clearCounts()
      records.value = []
      draw()
    },
  }
}
