import type { Lookout } from './lookout'
import type { ClusterNodes } from './nodes'
import type { RedisServers } from './servers'
import type { SlotMap } from './slot-map'
import { ReplyError } from '../../base/resp'
import { SourceError } from '../../serving/sources/source'
import { orAborted } from '../abort'
import { hostAtPlace, redirectionOf } from './cluster-view'
import { keySlotOf } from './slots'

/** Nodes that a call may be sent on to. */
const hopsMax = 8
/** Times that all masters are asked for their keys, if slots move meanwhile. */
const passesMax = 3

interface ClusterParts {
  nodes: ClusterNodes
  map: SlotMap
  refresh: Lookout['refresh']
}

/** The masters of a cluster as one: each key is asked for at whichever has its slot. */
export function createCluster({ nodes, map, refresh }: ClusterParts): RedisServers {
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

  /** Another master than this, which cannot be reached. Throws why if it is still the one. */
  async function successorOf(place: string, slot: number, why: unknown, signal: AbortSignal): Promise<string> {
    if (!(why instanceof SourceError))
      throw why
    // If nobody knows of another, what counts is why this one did not get the call.
    await orAborted(refresh(), signal).catch(() => {
      throw why
    })
    const now = map.ownerOf(slot)
    if (now === undefined || now === place)
      throw why
    return now
  }

  return {
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
          place = await successorOf(place, slot, error, signal)
          asking = false
          continue
        }
        const replies = asking
          ? (await wire.send([['ASKING'], ...commands], signal)).slice(1)
          : await wire.send(commands, signal)
        const onward = redirectionOf(replies, hostAtPlace(place))
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
