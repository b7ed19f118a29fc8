import type { EventPayload } from '@shared/events'
import type { RequestRecord } from '@shared/schemas'
import type { Ref, ShallowRef } from 'vue'
import type { Api } from '../../api/api'
import type { ServerEvent } from '../../api/server-event'
import type { Extent } from './older-records'
import type { RequestBars } from './request-bars'
import type { RequestReach } from './request-text'
import type { Tally } from './tally'
import { messageOf } from '@shared/errors'
import { asksForSenders, compileRequestFilter, isOwnRead } from '@shared/request-filter'
import { useDocumentVisibility } from '@vueuse/core'
import { computed, onScopeDispose, shallowReadonly, shallowRef, watch } from 'vue'
import { createRateMeter } from '../../live/rate-meter'
import { createOlderRecords } from './older-records'
import { createOwnReads, mergeNewestFirst } from './own-reads'
import { createRecordRing } from './record-ring'
import { createRenamings, underNewName } from './renamed'
import { countOverTime } from './request-bars'
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
  /** How far back the requests that are kept reach, and the time of the oldest. */
  readonly extent: Readonly<ShallowRef<Extent>>
  readonly oldest: Readonly<ShallowRef<string | null>>
  /** Those that match `untimed`, over all the time of the list; null while it is empty. */
  readonly bars: Readonly<ShallowRef<RequestBars | null>>
  /** Reads of the console by itself that there are. */
  readonly ownReads: Readonly<ShallowRef<number>>
  /** Whether what came before a moment is hidden by hand; the server's log still has it. */
  readonly cleared: Readonly<ShallowRef<boolean>>
  clear: () => void
  /** Shows again what was cleared. */
  restore: () => void
}

interface RequestLogOptions {
  api: Pick<Api, 'client' | 'events'>
  /** A filter without errors. */
  filter: Readonly<Ref<string>>
  /** The same without its terms about the time. */
  untimed: Readonly<Ref<string>>
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
/**
 * Milliseconds after which it is asked again how far back its log reaches, which moves on, and what
 * could not be read is read again.
 */
const reachInterval = 10_000
/** Requests in a page of the server's log. */
const pageLimit = 1000

/**
 * The live request log of the calling scope. It begins with the newest page of the server's log,
 * and reads the older ones after that until it reaches as far back. All requests are counted and
 * the newest are kept; only the display is sampled, a few times per second.
 */
export function useRequestLog({ api: { client, events }, filter, untimed, held }: RequestLogOptions): RequestLog {
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
  const extent = shallowRef<Extent>('reading')
  const oldest = shallowRef<string | null>(null)
  const bars = shallowRef<RequestBars | null>(null)
  const ownReads = shallowRef(0)
  const cleared = shallowRef(false)
  const matchingWhenHeld = shallowRef(0)
  const newer = computed(() => held.value ? Math.max(0, tally.value.matching - matchingWhenHeld.value) : 0)
  const visibility = useDocumentVisibility()
  let passes: ReturnType<typeof compileRequestFilter>
  /** Of the ring's filters, that of the list, and that of the bars. */
  const ofList = 0
  let ofBars = 0
  let changed = false
  /** Of those that are counted, how many were read as older ones: they are no part of the rate. */
  let countedLater = 0
  const renamings = createRenamings()
  const own = createOwnReads(() => renamings.through(async () =>
    (await client['requests.list']({ limit: pageLimit, filter: 'from:console' })).requests.filter(isOwnRead)))
  const older = createOlderRecords({ ring, readBefore: readPage, onRecords: takeOlder })

  const stream = createRequestStream({
    readPage,
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
    onGap() {
      // The counts are exact again from here on, and the log has nothing older than this.
      clearCounts()
      if (older.extent === 'reading')
        older.reach('start')
    },
    onProblem: tellProblem,
  })

  async function readPage(before?: number): Promise<RequestRecord[]> {
    return await renamings.through(async () => {
      const page = await client['requests.list']({ limit: pageLimit, before })
      tellReach(page)
      return page.requests
    })
  }

  function tellReach({ own, since, dropped, cleared }: RequestReach & { own: number }): void {
    reach.value = { since, dropped, cleared }
    ownReads.value = own
  }

  function countBars(): void {
    const first = ring.oldest
    bars.value = first
      ? countOverTime(ring.sifted(ofBars), Date.parse(first.at), Date.now())
      : null
  }

  /** They are older than all that is shown, so a list that is held may get longer by them. */
  function takeOlder(fresh: readonly RequestRecord[]): void {
    changed = true
    countedLater += fresh.length
    const matching = fresh.filter(passes)
    const matches = new Set(matching)
    for (const record of fresh)
      counts.count(record, matches.has(record))
    if (held.value) {
      matchingWhenHeld.value += matching.length
      records.value = mergeNewestFirst(records.value, matching.reverse())
    }
  }

  function tellProblem(error: unknown): void {
    problem.value = messageOf(error)
  }

  function clearCounts(): void {
    changed = true
    counts.clear()
    countedLater = 0
    matchingWhenHeld.value = 0
  }

  function empty(byHand: boolean): void {
    stream.flush()
    ring.clear()
    own.clear()
    clearCounts()
    cleared.value = byHand
    records.value = []
    bars.value = null
    draw()
  }

  function shown(): readonly RequestRecord[] {
    return mergeNewestFirst(ring.sifted(ofList), own.list(passes))
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
      tellProblem(error)
    }
  }

  async function readOlder(): Promise<void> {
    try {
      await older.read()
    }
    catch (error) {
      tellProblem(error)
    }
    changed = true
    draw()
  }

  function rename(renaming: EventPayload<'cache.renamed'>): void {
    const change = underNewName(renaming)
    renamings.note(renaming)
    stream.flush()
    ring.change(change)
    own.change(change)
    if (held.value)
      records.value = records.value.map(change)
    else
      pick()
  }

  function onEvent(event: ServerEvent): void {
    if (event.topic === 'cache.renamed')
      return rename(event.payload)
    if (event.topic === 'requests.cleared')
      return readAnew()
    const record = own.push(event)
    if (record === null)
      return stream.push(event)
    ownReads.value += 1
    if (passes(record)) {
      changed = true
      counts.match()
    }
  }

  /** Empties the list, and reads what the server's log has. */
  function readAnew(): void {
    older.reach('reading')
    empty(false)
    stream.forget()
    void catchUp()
  }

  function draw(): void {
    stream.flush()
    if (!changed)
      return
    changed = false
    tally.value = counts.read()
    kept.value = ring.size
    extent.value = older.extent
    oldest.value = ring.oldest?.at ?? null
    // They come with the first row: later they would push the rows away under the pointer.
    if (bars.value === null)
      countBars()
    if (!held.value)
      records.value = shown()
  }

  async function catchUp(): Promise<void> {
    problem.value = ''
    const [isCaughtUp] = await Promise.all([stream.catchUp(), catchUpOwn()])
    loaded.value = true
    draw()
    countBars()
    if (isCaughtUp)
      await readOlder()
    countBars()
  }

  /** Lists those that the filter lets pass now. */
  function pick(): void {
    records.value = shown()
    counts.setMatching(records.value.length)
    tally.value = counts.read()
    matchingWhenHeld.value = tally.value.matching
  }

  function sift(): void {
    passes = compileRequestFilter(filter.value)
    const isTimed = untimed.value !== filter.value
    ofBars = isTimed ? 1 : ofList
    ring.sift(isTimed ? [passes, compileRequestFilter(untimed.value)] : [passes])
  }
  sift()
  watch([filter, untimed], ([now], [before]) => {
    sift()
    countBars()
    if (now === before)
      return
    void catchUpOwn()
    pick()
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
    meter.note(new Map([['all', counts.read().total - countedLater]]), performance.now() / 1000)
    rate.value = meter.rate('all')
    if (visibility.value === 'visible')
      countBars()
  }, rateInterval)
  const reaches = setInterval(async () => {
    if (problem.value !== '')
      return void catchUp()
    try {
      tellReach(await client['requests.list']({ limit: 1 }))
    }
    catch {
      // The connection's own mark says that the server cannot be reached.
    }
  }, reachInterval)
  onScopeDispose(() => {
    unlisten()
    older.reach('part')
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
    extent: shallowReadonly(extent),
    oldest: shallowReadonly(oldest),
    bars: shallowReadonly(bars),
    ownReads: shallowReadonly(ownReads),
    cleared: shallowReadonly(cleared),
    clear() {
      older.reach('part')
      empty(true)
    },
    restore: readAnew,
  }
}
