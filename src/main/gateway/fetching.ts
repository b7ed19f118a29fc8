import type { NotStored } from '@shared/not-stored'
import type { Buffer } from 'node:buffer'
import type { Exchanged } from '../base/http-caching/freshness'
import type { OriginResponse } from '../base/origin'
import type { AnswerShelf, Filling, Found, HeldAnswer, Keep } from './answer-shelf'
import type { CacheStatus } from './cache-status'
import type { Forward, Forwarded } from './forward'
import type { Passing } from './passing'
import type { Visit } from './visit'
import { notStoredReasons } from '@shared/not-stored'
import { controlOf } from '../base/http-caching/directives'
import { endToEnd, fieldValues } from '../base/http-caching/fields'
import { holdingOf, staleTimesOf } from '../base/http-caching/storing'
import { isSourceFailure } from '../serving/elsewhere/upstream'
import { conditionalFields, validatorsOf } from './conditions'
import { failingStatuses, isServedOnFailure } from './decide'
import { serveHeld } from './serve-held'
import { updatedBy } from './updating'

interface FetchingParts {
  shelf: AnswerShelf
  forward: Forward
  passing: Passing
  /** Seconds that an answer may be served past its freshness if the origin fails and was silent. */
  grace: number
}

/** What comes from the origin, on its way to a client and to the shelf. */
export interface Fetching {
  /** Answers from what is held; `mark` says in the request log what became of the call. */
  serve: (visit: Visit, held: HeldAnswer, cache: CacheStatus, mark?: string) => void
  /** Sends an answer on, and holds it with a filling; otherwise this is why it does not. */
  take: (visit: Visit, came: Forwarded, filling: Filling | NotStored, cache: CacheStatus) => Promise<void>
  /** Asks the origin, with the validators of what is held. Rejects with LarderError. */
  fetch: (visit: Visit, found: Found, filling: Filling | NotStored, cache: CacheStatus) => Promise<void>
  /** Asks anew for what was served stale meanwhile (RFC 5861 §3). */
  refresh: (visit: Visit, held: HeldAnswer, filling: Filling) => Promise<void>
}

/** Milliseconds. */
const longestRefresh = 300_000

/** Fields of a client that would make the answer another than the one to be held. */
const own: ReadonlySet<string> = new Set([...conditionalFields, 'range'])

export function createFetching({ shelf, forward, passing, grace }: FetchingParts): Fetching {
  const serve: Fetching['serve'] = (visit, held, cache, mark) => {
    const { call } = visit
    call.ttl = held.ttl
    call.result = cache.forwardStatus === 304 ? 'loaded' : (held.ttl ?? 1) <= 0 ? 'stale' : 'hit'
    call.marks = mark === undefined ? [] : [mark]
    serveHeld(visit, held, cache)
  }

  function judge(
    { fields }: Pick<Visit, 'fields'>,
    answer: Pick<OriginResponse, 'status' | 'fields'>,
    times: Exchanged,
    filling: Filling | NotStored,
  ): Omit<Keep, 'message'> | NotStored {
    const holding = holdingOf(fields, answer, times)
    if (typeof holding === 'string' || typeof filling === 'string')
      return typeof filling === 'string' ? filling : holding as NotStored
    const { ttl, age, control } = holding
    return { ttl, age, stale: staleTimesOf(control, grace) }
  }

  /** Null once it is held. */
  async function keep(
    { call, target, fields }: Visit,
    judged: Omit<Keep, 'message'>,
    { status, reason, fields: given }: OriginResponse,
    body: Buffer,
    filling: Filling,
  ): Promise<NotStored | null> {
    const message = { status, reason, fields: endToEnd(given), body }
    return await shelf.keep(call, target, fields, { ...judged, message }, filling)
  }

  /** @param isHeard whether the client of the visit gets it, too */
  async function receive(
    visit: Visit,
    { answer, times }: Forwarded,
    filling: Filling | NotStored,
    cache: CacheStatus,
    isHeard: boolean,
  ): Promise<void> {
    const { call } = visit
    const fit = judge(visit, answer, times, filling)
    // By now, as its head is told whether it is held.
    const judged = (typeof filling !== 'string' && shelf.faultOf(call, filling)) || fit
    const isWanted = typeof judged !== 'string'
    // Whoever waits for it need not wait until it has come.
    if (!isWanted && typeof filling !== 'string') {
      shelf.end(call, filling)
      // What was held is right no more: the origin has another answer, which is not to be held.
      if (replaces(answer) && typeof holdingOf([], answer, times) === 'string')
        await shelf.drop(visit.call, visit.target)
    }
    const told = isWanted
      ? { ...cache, stored: true, ttl: judged.ttl }
      : { detail: notStoredReasons[judged], ...cache }
    const body = await passing.pass(answer, isHeard ? { visit, cache: told } : null, isWanted)
    const refused = isWanted && typeof filling !== 'string'
      ? typeof body === 'string' ? body : await keep(visit, judged, answer, body, filling)
      : judged as NotStored
    call.ttl = isWanted && refused === null ? judged.ttl : null
    call.result = refused === null ? 'loaded' : visit.method === 'GET' ? 'miss' : 'ok'
    call.marks = [refused === null
      ? `stored, fresh for ${Math.floor(call.ttl ?? 0)} s`
      : `not stored: ${notStoredReasons[refused]}`]
    if (isHeard)
      visit.response.end()
  }

  /** What is held, as a 304 has confirmed it. */
  async function freshen(
    visit: Visit,
    { message }: HeldAnswer,
    { answer, times }: Forwarded,
    filling: Filling | NotStored,
  ): Promise<{ held: HeldAnswer, refused: NotStored | null }> {
    answer.body.resume()
    const renewed = { ...message, fields: updatedBy(message.fields, answer.fields) }
    const control = controlOf(renewed.fields)
    // What the answer itself forbids by now must go; what this request may not do need not.
    if (typeof holdingOf([], renewed, times) === 'string')
      await shelf.drop(visit.call, visit.target)
    const judged = judge(visit, renewed, times, filling)
    if (typeof judged === 'string' || typeof filling === 'string')
      return { held: { message: renewed, control, age: 0, ttl: 0 }, refused: judged as NotStored }
    const { age, ttl } = judged
    const refused = await shelf.keep(visit.call, visit.target, visit.fields, { ...judged, message: renewed }, filling)
    return { held: { message: renewed, control, age, ttl }, refused }
  }

  /** What is held while the origin fails; false if it may not be served. */
  function serveInstead(visit: Visit, held: HeldAnswer | null, why: Partial<CacheStatus>, sentence: string): boolean {
    if (!held || visit.response.headersSent || !isServedOnFailure(held, grace))
      return false
    serve(visit, held, { forward: 'stale', ...why }, `stale, because ${sentence}`)
    return true
  }

  const fetching: Fetching = {
    serve,
    take: (visit, came, filling, cache) => receive(visit, came, filling, cache, true),
    async fetch(visit, { held, varies, key }, filling, cache) {
      const { method, target, fields, left, response: client } = visit
      const validators = held ? validatorsOf(held.message.fields) : []
      const instead = validators.length > 0 ? { of: own, fields: validators } : undefined
      let came: Forwarded
      try {
        came = await forward({ method, target, fields, instead, body: null, left, client })
      }
      catch (error) {
        if (isSourceFailure(error) && serveInstead(visit, held, { detail: error.code }, error.message))
          return
        throw error
      }
      const { status, body } = came.answer
      const isFailing = failingStatuses.has(status)
      if (isFailing && serveInstead(visit, held, { forwardStatus: status }, `the origin answered ${status}.`)) {
        body.destroy()
        return
      }
      if (held && status === 304 && instead && isAnother(held, came.answer)) {
        body.resume()
        await shelf.drop(visit.call, visit.target)
        return await fetching.fetch(visit, { held: null, varies, key }, filling, cache)
      }
      if (held && status === 304 && instead) {
        const { held: renewed, refused } = await freshen(visit, held, came, filling)
        const mark = refused === null ? 'revalidated' : `revalidated, not stored: ${notStoredReasons[refused]}`
        return serve(visit, renewed, { ...cache, forwardStatus: 304, stored: refused === null }, mark)
      }
      await receive(visit, came, filling, varies && !held ? { ...cache, forward: 'vary-miss' } : cache, true)
    },
    async refresh(visit, held, filling) {
      const alone = { ...visit, method: 'GET', call: { ...visit.call } }
      const { target, fields } = alone
      const instead = { of: own, fields: validatorsOf(held.message.fields) }
      // Nobody waits for it, so it ends by itself.
      const left = AbortSignal.timeout(longestRefresh)
      const came = await forward({ method: 'GET', target, fields, instead, body: null, left, client: null })
      if (came.answer.status === 304 && isAnother(held, came.answer))
        await shelf.drop(alone.call, target)
      else if (came.answer.status === 304)
        await freshen(alone, held, came, filling)
      else if (failingStatuses.has(came.answer.status))
        came.answer.body.destroy()
      else
        await receive(alone, came, filling, { forward: 'stale' }, false)
    },
  }
  return fetching
}

/** Whether an answer stands in place of the one before; errors, refusals and parts do not. */
function replaces({ status }: OriginResponse): boolean {
  return status < 500 && status !== 401 && status !== 403 && status !== 206 && status !== 429
}

/** Whether a 304 confirms another answer than the one that is held (RFC 9111 §4.3.4). */
function isAnother({ message }: HeldAnswer, { fields }: OriginResponse): boolean {
  const [tag] = fieldValues(fields, 'etag')
  return tag !== undefined && !tag.startsWith('W/') && tag !== fieldValues(message.fields, 'etag')[0]
}
