import type { Directives } from '../base/http-caching/directives'
import type { Timer } from '../base/timer'
import type { AnswerShelf, HeldAnswer } from './answer-shelf'
import type { CacheStatus, ForwardReason } from './cache-status'
import type { Fetching } from './fetching'
import type { Forward } from './forward'
import type { Visit } from './visit'
import { LarderError } from '@shared/errors'
import { orAfter } from '../base/timer'
import { isOff } from './answer-shelf'
import { isSafe, namedTargets, useOf, wishesOf } from './decide'

interface GatewayParts {
  shelf: AnswerShelf
  forward: Forward
  fetching: Fetching
  timer: Timer
  /** What the origin may be called, as `scheme://host`. */
  origins: () => readonly string[]
  /** What it does while caching is off. */
  off: 'pass' | '503'
  /** Seconds that a request waits for an answer that somebody else fetches. */
  patience: number
}

/** A caching reverse proxy. Rejects with LarderError where the visit is to be told. */
export type Gateway = (visit: Visit) => Promise<void>

/** Seconds that an answer may take to come whole. */
const longestFilling = 600

export function createGateway(parts: GatewayParts): Gateway {
  const { shelf, forward, fetching, timer, origins, off, patience } = parts

  async function read(visit: Visit): Promise<void> {
    const { call, target, fields, method } = visit
    const wishes = wishesOf(fields)
    for (let waited = false; ; waited = true) {
      const found = await shelf.find(call, target, fields, waited)
      const { held, key } = found
      const use = held ? useOf(held, wishes) : 'validate'
      if (held && use !== 'validate') {
        const mark = waited ? 'waited for the same answer' : undefined
        fetching.serve(visit, held, { forward: null, collapsed: waited }, mark)
        if (use === 'refresh')
          refresh(visit, key, held)
        return
      }
      if (wishes.has('only-if-cached'))
        throw new LarderError('not-held', 'Nothing is held that may be served, and only-if-cached was asked for.')
      const cache = { forward: whyForwarded(held, wishes) }
      if (method === 'HEAD')
        return await fetching.fetch(visit, { ...found, held: null, varies: false }, 'method', cache)
      const begun = shelf.begin(call, key, longestFilling)
      if (begun && 'ended' in begun && !waited) {
        await orAfter(timer, patience * 1000, begun.ended)
        continue
      }
      if (!begun || 'ended' in begun)
        return await fetching.fetch(visit, found, begun ? 'busy' : 'no-room', cache)
      try {
        return await fetching.fetch(visit, found, begun.filling, cache)
      }
      finally {
        shelf.end(call, begun.filling)
      }
    }
  }

  /** Goes on after the visit, whose answer has told that it is stale. */
  function refresh(visit: Visit, key: string, held: HeldAnswer): void {
    const begun = shelf.begin(visit.call, key, longestFilling)
    if (begun && 'filling' in begun) {
      const { filling } = begun
      // What fails is tried again by the next who asks.
      fetching.refresh(visit, held, filling).catch(() => {}).finally(() => shelf.end(visit.call, filling))
    }
  }

  /** Goes to the origin; what that has changed is not held any more. */
  async function pass(visit: Visit, cache: CacheStatus): Promise<void> {
    const { method, target, fields, left, response: client } = visit
    const why = cache.forward === 'bypass' ? 'off' : method === 'GET' ? 'body' : 'method'
    const came = await forward({ method, target, fields, body: visit.body(), left, client }).catch(async (error) => {
      // Nobody knows whether the origin has carried it out.
      if (!isSafe(method))
        await shelf.drop(visit.call, target)
      throw error
    })
    const { status, fields: given } = came.answer
    if (!isSafe(method) && status < 400) {
      for (const concerned of new Set([target, ...namedTargets(target, given, origins())]))
        await shelf.drop(visit.call, concerned)
    }
    await fetching.take(visit, came, why, cache)
  }

  return async (visit) => {
    const { method, call, target, hasBody } = visit
    const isRead = (method === 'GET' || method === 'HEAD') && !hasBody
    try {
      shelf.checkOn(call, isRead ? target : null)
      if (isRead)
        return await read(visit)
    }
    catch (error) {
      if (!isOff(error) || off === '503' || visit.response.headersSent)
        throw error
      call.reason = error.code
      return await pass(visit, { forward: 'bypass', detail: error.code })
    }
    await pass(visit, { forward: 'method' })
  }
}

function whyForwarded(held: HeldAnswer | null, wishes: Directives): ForwardReason {
  if (!held)
    return 'uri-miss'
  return (held.ttl ?? 1) > 0 && wishes.size > 0 ? 'request' : 'stale'
}
