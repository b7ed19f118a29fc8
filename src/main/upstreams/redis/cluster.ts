import type { RedisHost } from '@shared/connections/redis-url'
import type { ClusterView } from './cluster-view'
import type { ClusterNodes } from './nodes'
import type { RedisServers } from './servers'
import type { SlotMap } from './slot-map'
import { parseRedisHost } from '@shared/connections/redis-url'
import { ReplyError } from '../../base/resp'
import { SourceError } from '../../serving/sources/source'
import { orAborted } from '../abort'
import { readView, redirectionOf, viewCommands } from './cluster-view'
import { keySlotOf } from './slots'

/** Milliseconds within which a node has to say how it sees the cluster. */
const answerTime = 2000
/** Nodes that a call may be sent on to. */
const hopsMax = 8
/** Times that all masters are asked for their keys, if slots move meanwhile. */
const passesMax = 3

export interface Cluster extends RedisServers {
  /**
   * Asks a node for its view, which is not older than the call. Rejects with SourceError if none
   * answers.
   */
  refresh: () => Promise<void>
}

interface ClusterParts {
  /** Places that are known from the start. */
  seeds: readonly string[]
  nodes: ClusterNodes
  map: SlotMap
  /** Aborts when nobody needs the cluster any more. */
  gone: AbortSignal
  /** No node answers. */
  onLost: (why: string) => void
}

export function createCluster({ seeds, nodes, map, gone, onLost }: ClusterParts): Cluster {
  /** Nodes that did not answer the last time: they are asked after all others. */
  const suspects = new Set<string>()
  let turn = 0
  let running: Promise<void> | undefined
  let queued: Promise<void> | undefined

  /** Another one first each time, so that none that is cut off is believed for long. */
  function candidates(): string[] {
    const known = [...new Set([...map.masters(), ...seeds])]
    turn += 1
    const inTurn = known.map((_, index) => known[(index + turn) % known.length] as string)
    return [...inTurn.filter(place => !suspects.has(place)), ...inTurn.filter(place => suspects.has(place))]
  }

  async function ask(place: string): Promise<ClusterView> {
    const soon = AbortSignal.any([gone, AbortSignal.timeout(answerTime)])
    const wire = await nodes.wireTo(place, soon)
    return readView(await wire.send(viewCommands, soon), hostOf(place))
  }

  async function look(): Promise<void> {
    let best: ClusterView | undefined
    let failure: SourceError | undefined
    for (const place of candidates()) {
      try {
        const view = await ask(place)
        suspects.delete(place)
        if (best === undefined || view.epoch > best.epoch)
          best = view
        if (best.epoch >= map.epoch)
          break
      }
      catch (error) {
        if (!(error instanceof SourceError))
          throw error
        suspects.add(place)
        failure ??= error
      }
    }
    if (best === undefined) {
      const why = failure?.message ?? 'The cluster has no nodes.'
      onLost(why)
      throw failure ?? new SourceError('unreachable', why)
    }
    map.apply(best)
    nodes.keepOnly(new Set([...map.masters(), ...seeds]))
  }

  function refresh(): Promise<void> {
    if (running === undefined) {
      running = look().finally(() => running = undefined)
      return running
    }
    // What is on its way may have been said before.
    queued ??= running.catch(() => {}).then(() => {
      queued = undefined
      return refresh()
    })
    return queued
  }

  /** Later than the call. If none answers, all calls will say so. */
  function refreshSoon(): void {
    refresh().catch(() => {})
  }

  async function ownerOf(slot: number, signal: AbortSignal): Promise<string> {
    const known = map.ownerOf(slot)
    if (known !== undefined)
      return known
    await orAborted(refresh(), signal)
    const found = map.ownerOf(slot)
    if (found === undefined)
      throw new SourceError('unreachable', 'No node of the cluster has the slot of this key.')
    return found
  }

  /** Another master than this, which cannot be reached; undefined if it is still the one. */
  async function successorOf(place: string, slot: number, signal: AbortSignal): Promise<string | undefined> {
    await orAborted(refresh(), signal)
    const now = map.ownerOf(slot)
    return now === place ? undefined : now
  }

  return {
    refresh,
    async send(key, commands, signal) {
      const slot = keySlotOf(key)
      let place = map.ownerOf(slot) ?? await ownerOf(slot, signal)
      let asking = false
      for (let hop = 0; hop < hopsMax; hop++) {
        let wire
        try {
          wire = await nodes.wireTo(place, signal)
        }
        catch (error) {
          const next = error instanceof SourceError ? await successorOf(place, slot, signal) : undefined
          if (next === undefined)
            throw error
          place = next
          asking = false
          continue
        }
        const replies = asking
          ? (await wire.send([['ASKING'], ...commands], signal)).slice(1)
          : await wire.send(commands, signal)
        const onward = redirectionOf(replies, hostOf(place))
        if (onward === undefined) {
          if (replies.some(reply => reply instanceof ReplyError && reply.code === 'CLUSTERDOWN'))
            refreshSoon()
          return replies
        }
        asking = onward.kind === 'ASK'
        place = onward.place
        if (asking) {
          map.lend(key)
        }
        else {
          map.move(slot, place)
          refreshSoon()
        }
      }
      throw new SourceError('refused', 'The nodes of the cluster do not agree on who has the key.')
    },
    async* each(signal) {
      // A key that moves behind our back would be passed over.
      for (let pass = 0, version = -1; pass < passesMax && version !== map.version; pass++) {
        version = map.version
        for (const place of map.masters())
          yield (await nodes.wireTo(place, signal)).send
        await orAborted(refresh(), signal)
      }
    },
  }
}

function hostOf(place: string): RedisHost {
  const host = parseRedisHost(place)
  if (!host)
    throw new TypeError('The place of a node was not checked')
  return host
}
