import type { SentEvent, StreamSink } from '../../../src/renderer/src/api/event-stream'
import type { OpenChannel, TabPage } from '../../../src/renderer/src/api/tab-messages'
import { watch } from 'vue'
import { createSharedFeed } from '../../../src/renderer/src/api/shared-feed'

interface Channel { name: string, owner: FakeTab, hear: (message: unknown) => void, closed: boolean }

/** A stream that a tab has asked the server for; the test is the server. */
interface FakeStream { signal: AbortSignal, sink: StreamSink }

export interface FakeTab {
  id: string
  feed: ReturnType<typeof createSharedFeed>
  /** What listeners were told, as `topic text`. */
  told: string[]
  /** What watchers saw of `connected`. */
  states: boolean[]
  /** The streams of this tab that have not been ended. */
  streams: () => FakeStream[]
  /** Messages that wait because the tab is frozen. */
  waiting: () => number
  freeze: () => void
  thaw: () => void
  show: (visible: boolean) => void
  /** The page goes away without saying anything. */
  crash: () => void
}

interface TabOptions {
  session?: string
  hidden?: boolean
  locks?: LockManager['request'] | null
  noChannels?: boolean
  /** 0 to 1. */
  random?: number
}

/** Locks as in the Web Locks API: waiting in line, calling off, stealing. */
function createLocks() {
  interface Request { owner: FakeTab, run: () => Promise<unknown>, settle: (error?: Error) => void }
  const lines = new Map<string, { held: Request | null, queue: Request[] }>()

  function advance(name: string): void {
    const line = lines.get(name)
    if (!line || line.held)
      return
    const next = line.held = line.queue.shift() ?? null
    if (!next)
      return
    void next.run().then(() => next.settle(), next.settle).finally(() => release(name, next))
  }
  function release(name: string, request: Request): void {
    const line = lines.get(name)
    if (line?.held === request) {
      line.held = null
      advance(name)
    }
  }

  function requestOf(owner: FakeTab): LockManager['request'] {
    const request = (name: string, options: LockOptions, run: () => Promise<unknown>): Promise<unknown> =>
      new Promise((resolve, reject) => {
        const line = lines.get(name) ?? { held: null, queue: [] }
        lines.set(name, line)
        const settle = (error?: Error): void => error === undefined ? resolve(undefined) : reject(error)
        const entry: Request = { owner, run, settle }
        if (options.steal) {
          // A frozen tab learns it when it thaws.
          const former = line.held
          deliver(former?.owner, () => former?.settle(new DOMException('stolen', 'AbortError')))
          line.held = null
          line.queue.unshift(entry)
        }
        else {
          line.queue.push(entry)
          options.signal?.addEventListener('abort', () => {
            line.queue = line.queue.filter(other => other !== entry)
            settle(options.signal?.reason as DOMException)
          })
        }
        advance(name)
      })
    return request as LockManager['request']
  }

  function drop(owner: FakeTab): void {
    for (const [name, line] of lines) {
      line.queue = line.queue.filter(request => request.owner !== owner)
      if (line.held?.owner === owner)
        release(name, line.held)
    }
  }
  return { requestOf, drop }
}

const frozen = new WeakMap<FakeTab, (() => void)[]>()

/** Runs in a task of the tab, or when the tab thaws. */
function deliver(tab: FakeTab | undefined, work: () => void): void {
  setTimeout(() => {
    const held = tab && frozen.get(tab)
    if (held)
      held.push(work)
    else
      work()
  })
}

/** A browser with tabs of one origin. Its messages are tasks, so fake timers have to run. */
export function createFakeBrowser() {
  const channels = new Set<Channel>()
  const locks = createLocks()
  /** Every stream that was ever asked for. */
  const streams: (FakeStream & { tab: FakeTab })[] = []
  let ids = 0

  function openChannelOf(owner: FakeTab): OpenChannel {
    return (name) => {
      const channel: Channel = { name, owner, hear: () => {}, closed: false }
      channels.add(channel)
      return {
        post(message) {
          if (channel.closed)
            throw new DOMException('closed', 'InvalidStateError')
          for (const other of channels) {
            if (other !== channel && other.name === name) {
              const copy: unknown = structuredClone(message)
              deliver(other.owner, () => !other.closed && other.hear(copy))
            }
          }
        },
        hear: listener => channel.hear = listener as (message: unknown) => void,
        close() {
          channel.closed = true
          channels.delete(channel)
        },
      }
    }
  }

  function open(options: TabOptions = {}): FakeTab {
    const { session = 's', hidden = false, locks: request, noChannels = false, random = 0 } = options
    const page = Object.assign(new EventTarget(), { hidden }) as unknown as TabPage & EventTarget
    const told: string[] = []
    const states: boolean[] = []
    const tab: FakeTab = {
      id: `tab${++ids}`,
      told,
      states,
      feed: undefined as never,
      streams: () => streams.filter(stream => stream.tab === tab && !stream.signal.aborted),
      waiting: () => frozen.get(tab)?.length ?? 0,
      freeze: () => frozen.set(tab, []),
      thaw() {
        const held = frozen.get(tab) ?? []
        frozen.delete(tab)
        held.forEach(work => setTimeout(work))
      },
      show(visible) {
        Object.assign(page, { hidden: !visible })
        page.dispatchEvent(new Event('visibilitychange'))
      },
      crash() {
        for (const channel of channels) {
          if (channel.owner === tab) {
            channel.closed = true
            channels.delete(channel)
          }
        }
        frozen.set(tab, [])
        locks.drop(tab)
      },
    }
    const own = request === undefined ? locks.requestOf(tab) : request
    tab.feed = createSharedFeed({
      read: (signal, sink) => {
        streams.push({ tab, signal, sink })
        return new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve())
          if (signal.aborted)
            resolve()
        })
      },
      name: async () => session,
      locks: own === null ? undefined : { request: own },
      open: noChannels ? () => { throw new DOMException('denied', 'SecurityError') } : openChannelOf(tab),
      page,
      random: () => random,
      newId: () => `id${++ids}`,
    })
    tab.feed.listen(({ topic, payload }) => told.push(`${topic} ${JSON.stringify(payload)}`))
    watch(tab.feed.connected, now => states.push(now))
    tab.feed.start()
    return tab
  }

  return {
    open,
    /** The streams that are open, or about to be. */
    streams: () => streams.filter(({ signal, tab }) => !signal.aborted && !isGone(tab)),
    /** How many streams there ever were. */
    asked: () => streams.length,
  }

  function isGone(tab: FakeTab): boolean {
    return ![...channels].some(({ owner }) => owner === tab) && frozen.has(tab)
  }
}

/** An event about a cache. */
export const created = (cache: string): SentEvent => ['cache.created', JSON.stringify({ cache })]
