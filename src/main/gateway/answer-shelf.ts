import type { NotStored } from '@shared/not-stored'
import type { CacheControl } from '../base/http-caching/directives'
import type { Fields } from '../base/http-caching/fields'
import type { StaleTimes } from '../base/http-caching/storing'
import type { Call, Hit, ServedCache } from '../serving/ports'
import type { Serving } from '../serving/serving'
import type { StoredMessage } from './stored-message'
import { Buffer } from 'node:buffer'
import { LarderError } from '@shared/errors'
import { limits } from '@shared/limits'
import { messageType } from '@shared/message-type'
import { controlOf } from '../base/http-caching/directives'
import { fieldValues, without } from '../base/http-caching/fields'
import { asHolder } from '../serving/leases/guard'
import { lasting } from '../serving/ports'
import { validatorsOf } from './conditions'
import { openMessage, sealMessage } from './stored-message'
import {
  keyOfTarget,
  keyOfVariant,
  newVaryTag,
  openVaries,
  sealVaries,
  variantPrefix,
  variesBy,
  variesType,
} from './variants'

/** An answer that is held. Its times are those of the entry, so that people may change them. */
export interface HeldAnswer {
  message: StoredMessage
  control: CacheControl
  /** Seconds since it was made. */
  age: number
  /** Seconds that it stays fresh; negative if it is stale; null = for ever. */
  ttl: number | null
}

/** What is held for a request. `key` is where an answer to it would be looked for. */
export interface Found { key: string, held: HeldAnswer | null, varies: boolean }

/** Which fields choose among the answers of a target. */
interface Varying {
  names: string[]
  /** Seconds for which it is known; null = without end. */
  ttl: number | null
  /** The tag of these answers. */
  tag: string
}

/** The right to hold the answer that is being fetched; it ends when the key is changed. */
export interface Filling { key: string, token: string }

export interface Keep {
  message: StoredMessage
  /** Seconds of freshness that are left. */
  ttl: number
  /** Seconds since it was made. */
  age: number
  stale: StaleTimes
}

/** The answers that one gateway holds, which are entries of its cache. */
export interface AnswerShelf {
  /**
   * Throws LarderError `caching-off`, `cache-off`, `cache-not-found`.
   *
   * @param target of a read, which counts as a miss if it is turned away; null = no read
   */
  checkOn: (call: Call, target: string | null) => void
  /**
   * Rejects as `checkOn` throws.
   *
   * @param again whether the read has been counted
   */
  find: (call: Call, target: string, request: Fields, again: boolean) => Promise<Found>
  /**
   * A filling, or for how long somebody else's is waited for; undefined if there are too many.
   * Throws as `checkOn` does.
   */
  begin: (call: Call, key: string, seconds: number) => { filling: Filling } | { ended: Promise<void> } | undefined
  end: (call: Call, filling: Filling) => void
  /** Why nothing can be held with this filling any more; null if it can. */
  faultOf: (call: Call, filling: Filling) => NotStored | null
  /** Null once it is held. */
  keep: (call: Call, target: string, request: Fields, answer: Keep, filling: Filling) => Promise<NotStored | null>
  /**
   * Nothing held for this target may be served any more (RFC 9111 §4.4), and nothing that is on its
   * way. Works while a switch is off, too. Rejects with LarderError `cache-not-found`.
   */
  drop: (call: Call, target: string) => Promise<void>
}

const offCodes: ReadonlySet<string> = new Set(['caching-off', 'cache-off', 'cache-not-found'])

/** Seconds for which an answer is kept past its freshness, to be validated. */
const keptForValidation = 86_400

interface ShelfParts {
  serving: Serving
  name: () => string
  /** Whether a switch that is off turns reads away; otherwise the origin answers them. */
  turnsAway: boolean
}

export function createAnswerShelf({ serving, name, turnsAway }: ShelfParts): AnswerShelf {
  /** The source of the cache, which has other keys, is not asked: the call says only-if-cached. */
  async function read(call: Call, key: string, again: boolean): Promise<Hit | undefined> {
    try {
      const cache = serving.open(call, name(), turnsAway ? key : undefined)
      const looked = again ? cache.peek(key, call) : cache.get(key, call)
      const found = looked instanceof Promise ? await looked : looked
      return found === undefined || typeof found === 'string' ? undefined : lasting(found)
    }
    catch (error) {
      if (error instanceof LarderError && error.code === 'not-held')
        return undefined
      throw error
    }
  }

  async function variesAt(call: Call, base: string, cache: Pick<ServedCache, 'peek'>): Promise<Varying | undefined> {
    const found = await cache.peek(base, call)
    const [tag] = found?.tags ?? []
    return found?.contentType === variesType && tag !== undefined
      ? { names: openVaries(found.value), ttl: found.ttl, tag }
      : undefined
  }

  function entryOf({ message, ttl, age, stale }: Keep): { value: Buffer, options: object, life: number } {
    const { fields } = message
    const grace = Math.max(stale.revalidating, stale.failing, validatorsOf(fields).length > 0 ? keptForValidation : 0)
    const aged = [...without(fields, field => field === 'age'), ...age >= 1 ? ['Age', String(Math.ceil(age))] : []]
    return {
      value: sealMessage({ ...message, fields: aged }),
      options: { contentType: messageType, ttl, grace },
      life: ttl + grace,
    }
  }

  return {
    checkOn(call, target) {
      serving.open(call, name(), turnsAway && target !== null ? keyOfTarget(target) : undefined)
    },
    async find(call, target, request, again) {
      const base = keyOfTarget(target)
      if (isTooLong(base))
        return { key: base, held: null, varies: false }
      const varying = await variesAt(call, base, serving.open(call, name()))
      const key = varying === undefined ? base : keyOfVariant(target, varying.names, request)
      call.key = target.includes('?') ? null : key
      const hit = isTooLong(key) ? undefined : await read(call, key, again)
      const isOurs = hit?.contentType === messageType && (varying === undefined || hit.tags.includes(varying.tag))
      const message = isOurs ? openMessage(hit.value) : undefined
      if (!hit || !message)
        return { key, held: null, varies: varying !== undefined }
      const told = Number(/^\d+$/.exec(fieldValues(message.fields, 'age')[0] ?? '')?.[0] ?? 0)
      return {
        key,
        varies: varying !== undefined,
        held: { message, control: controlOf(message.fields), age: told + hit.age, ttl: hit.ttl },
      }
    },
    begin(call, key, seconds) {
      const { book } = serving.leases(call, name())
      const other = book.find(key)
      if (other)
        return { ended: other.ended }
      try {
        return { filling: { key, token: book.grant(key, seconds).token } }
      }
      catch (error) {
        if (error instanceof LarderError && error.code === 'overloaded')
          return undefined
        throw error
      }
    },
    end(call, { key, token }) {
      try {
        const { book } = serving.leases(call, name())
        if (book.find(key)?.token === token)
          book.end(key)
      }
      catch (error) {
        // A switch that goes off has ended it.
        if (!isOff(error))
          throw error
      }
    },
    faultOf(call, { key, token }) {
      try {
        return serving.leases(call, name()).book.find(key)?.token === token ? null : 'changed'
      }
      catch (error) {
        if (isOff(error))
          return 'off'
        throw error
      }
    },
    async keep(call, target, request, answer, { key: filled, token }) {
      const base = keyOfTarget(target)
      const names = variesBy(answer.message.fields)
      try {
        const { book, cache } = serving.leases(call, name())
        const before = names.length === 0 ? undefined : await variesAt(call, base, cache)
        const tags = names.length === 0 ? [] : [before?.tag ?? newVaryTag()]
        const all = [...new Set([...names, ...before?.names ?? []])].sort()
        const key = names.length === 0 ? base : keyOfVariant(target, all, request)
        if (isTooLong(key))
          return 'uri-too-long'
        const { value, options, life } = entryOf(answer)
        // As long as any of the answers.
        const ttl = before?.ttl === null ? null : Math.max(before?.ttl ?? 0, Math.ceil(life))
        const holder = asHolder(cache, book, filled, token)
        if (names.length > 0)
          await cache.set(base, sealVaries(all), { contentType: variesType, ttl, tags }, call)
        const { outcome } = await holder.set(key, value, { ...options, tags }, call)
        return outcome === 'too-large' ? 'too-large' : null
      }
      catch (error) {
        if (error instanceof LarderError && error.code === 'lease-ended')
          return 'changed'
        if (isOff(error))
          return 'off'
        throw error
      }
    },
    async drop(call, target) {
      const base = keyOfTarget(target)
      if (isTooLong(base))
        return
      const { book, cache } = serving.discard(call, name())
      const varying = await variesAt(call, base, cache)
      await cache.delete(base, undefined, call)
      book.endWhere(key => key === base || key.startsWith(variantPrefix(target)))
      // They are of no use any more. At a backend they end with their time.
      if (varying && cache.definition.backend === null)
        await cache.invalidate({ tag: varying.tag }, {}, call)
    },
  }
}

/** Whether a switch is off, or the cache is gone. */
export function isOff(error: unknown): error is LarderError {
  return error instanceof LarderError && offCodes.has(error.code)
}

function isTooLong(key: string): boolean {
  return Buffer.byteLength(key) > limits.entryKey
}
