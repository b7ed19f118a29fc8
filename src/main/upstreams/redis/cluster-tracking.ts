import type { Disposable } from '../../base/disposable'
import type { OnChanged, Tracking, TrackingLink, TrackingTimes } from '../../serving/backends/tracking'
import type { Lookout } from './lookout'
import type { SlotMap } from './slot-map'
import type { RedisDefinition } from './way'
import { parseRedisHost } from '@shared/connections/redis-url'
import { decodeKey, encodeKey } from '@shared/entry-key'
import { createTracking } from '../../serving/backends/tracking'
import { SourceError } from '../../serving/sources/source'
import { orAborted } from '../abort'
import { keySlotOf } from './slots'
import { trackServer } from './tracking'

interface TrackedCluster extends Lookout {
  map: SlotMap
  definition: RedisDefinition
  /** Aborts when the link to the cluster ends. */
  gone: AbortSignal
}

const unheard = { connected: false, trusted: false } as const

/**
 * Listens to every master of a cluster. What one of them says counts for the keys of its slots
 * alone; a PING asks whether they are still its own.
 */
export async function trackCluster(
  { refresh, map, definition, gone }: TrackedCluster,
  prefix: string,
  onChanged: OnChanged,
  signal: AbortSignal,
  times: TrackingTimes,
): Promise<TrackingLink> {
  const { promise: ended, resolve } = Promise.withResolvers<string>()
  const trackings = new Map<string, Tracking>()

  async function ping(): Promise<void> {
    await refresh()
    if (!map.isUp)
      throw new SourceError('refused', 'The cluster is down.')
  }
  // As long as it is down, nobody knows more than before.
  await orAborted(ping(), signal)

  const slotOfName = (name: string): number => keySlotOf(encodeKey(name))

  function listenTo(place: string): Tracking {
    const ofPlace = (name: string): boolean => map.ownerOf(slotOfName(name)) === place
    const tracking = createTracking({
      ...times,
      open: (changed, signal) =>
        trackServer(definition, parseRedisHost(place), prefix, changed, { signal, step: () => {} }),
      changed: names => onChanged(names ?? ofPlace),
      lost: () => {},
      isOn: () => true,
    })
    tracking.start()
    return tracking
  }

  /** One for each master. */
  function follow(): void {
    const masters = map.masters()
    for (const [place, tracking] of trackings) {
      if (!masters.has(place)) {
        trackings.delete(place)
        tracking.dispose()
      }
    }
    for (const place of masters) {
      if (!trackings.has(place))
        trackings.set(place, listenTo(place))
    }
  }

  const unwatch = map.watch({
    moved(slots) {
      onChanged(name => slots.has(slotOfName(name)))
      follow()
    },
    lent(key) {
      const name = decodeKey(key)
      if (name.startsWith(prefix))
        onChanged([name])
    },
  })
  follow()

  function close(why: string): void {
    unwatch()
    gone.removeEventListener('abort', onGone)
    trackings.forEach((tracking: Disposable) => tracking.dispose())
    trackings.clear()
    resolve(why)
  }
  function onGone(): void {
    close('The connection to the cluster has ended.')
  }
  gone.addEventListener('abort', onGone)
  if (gone.aborted)
    onGone()

  return {
    ended,
    ping,
    close: () => close('The connection was closed.'),
    parts: {
      of: key => trackings.get(map.ownerOf(slotOfName(prefix + key)) ?? '') ?? unheard,
      detail() {
        const silent = [...trackings].find(([, { connected }]) => !connected)
        return silent === undefined
          ? null
          : `${silent[0]} tells of no changes: ${silent[1].state().detail ?? 'it is being connected.'}`
      },
    },
  }
}
