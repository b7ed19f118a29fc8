import type { GreetedServer } from './greeting'
import type { RedisWire } from './redis-wire'
import { SourceError } from '../../serving/sources/source'
import { orAborted } from '../abort'

/** Milliseconds that opening a way to a node may take. */
const openTime = 2000
/** Milliseconds for which a node that could not be reached is not tried again. */
const restTime = 200
/** Milliseconds for which a node that is left may still answer. */
const leaveTime = 2000

/** The ways to the nodes of a cluster, each opened when it is first needed. */
export interface ClusterNodes {
  /** An open way to the node at this place. Rejects with SourceError `unreachable`. */
  wireTo: (place: string, signal: AbortSignal) => RedisWire | Promise<RedisWire>
  /** Leaves all nodes but these. */
  keepOnly: (places: ReadonlySet<string>) => void
  close: () => void
}

/** @param open opens one; the signal aborts when it takes too long */
export function createNodes(open: (place: string, signal: AbortSignal) => Promise<GreetedServer>): ClusterNodes {
  const wires = new Map<string, RedisWire>()
  const openings = new Map<string, Promise<RedisWire>>()
  const gone = new AbortController()

  async function attempt(place: string): Promise<RedisWire> {
    const late = AbortSignal.timeout(openTime)
    try {
      const { wire } = await open(place, AbortSignal.any([gone.signal, late]))
      if (gone.signal.aborted)
        wire.close()
      wires.set(place, wire)
      void wire.ended.then(() => {
        if (wires.get(place) === wire)
          wires.delete(place)
      })
      openings.delete(place)
      return wire
    }
    catch (error) {
      setTimeout(() => openings.delete(place), restTime).unref()
      if (!(error instanceof SourceError))
        throw error
      const why = late.aborted ? `${place} did not answer within ${openTime / 1000} s.` : error.message
      throw new SourceError('unreachable', why, { cause: error })
    }
  }

  function start(place: string): Promise<RedisWire> {
    const opening = attempt(place)
    // Nobody may wait for it any more.
    opening.catch(() => {})
    openings.set(place, opening)
    return opening
  }

  return {
    wireTo(place, signal) {
      const open = wires.get(place)
      if (open)
        return open
      return orAborted(openings.get(place) ?? start(place), signal).catch((error: unknown) => {
        // It never got the call, however long it took.
        throw error instanceof SourceError ? new SourceError('unreachable', error.message, { cause: error }) : error
      })
    },
    keepOnly(places) {
      for (const [place, wire] of wires) {
        if (places.has(place))
          continue
        wires.delete(place)
        setTimeout(wire.close, leaveTime).unref()
      }
    },
    close() {
      gone.abort()
      for (const wire of [...wires.values()])
        wire.close()
    },
  }
}
