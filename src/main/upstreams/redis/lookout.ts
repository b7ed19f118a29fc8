import type { ClusterView } from './cluster-view'
import type { ClusterNodes } from './nodes'
import type { SlotMap } from './slot-map'
import { SourceError } from '../../serving/sources/source'
import { hostAtPlace, readView, viewCommands } from './cluster-view'

/** Milliseconds within which a node has to say how it sees the cluster. */
const answerTime = 2000

/** Keeps the map of a cluster right. */
export interface Lookout {
  /**
   * Asks a node for its view, which is not older than the call. Rejects with SourceError if none
   * answers.
   */
  refresh: () => Promise<void>
}

interface LookoutParts {
  /** Places that are known from the start. */
  seeds: readonly string[]
  nodes: ClusterNodes
  map: SlotMap
  /** Aborts when nobody needs the cluster any more. */
  gone: AbortSignal
  /** No node answers. */
  onLost: (why: string) => void
}

export function createLookout({ seeds, nodes, map, gone, onLost }: LookoutParts): Lookout {
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
    return readView(await wire.send(viewCommands, soon), hostAtPlace(place))
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
        if (!(error instanceof SourceError)) {
          onLost('The cluster cannot be looked at, because of a fault in Larder.')
          throw error
        }
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

  return { refresh }
}
