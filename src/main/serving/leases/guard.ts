import type { Maybe } from '../maybe'
import type { BatchStep, BatchStepResult, Call, Selector, ServedCache } from '../ports'
import type { LeaseBook } from './lease-book'
import { LarderError } from '@shared/errors'

/**
 * A cache while it has leases: what changes a key ends its lease, because whoever has it began to
 * make the value before. A write that takes its time does so at its beginning and at its end.
 */
export function withLeases(next: ServedCache, book: LeaseBook): ServedCache {
  function ending<T>(end: () => void, result: Maybe<T>, changes: (result: T) => boolean = () => true): Maybe<T> {
    if (result instanceof Promise) {
      end()
      return result.finally(end)
    }
    if (changes(result))
      end()
    return result
  }
  const endOf = (key: string) => (): void => book.end(key)

  return {
    ...next,
    set: (key, value, options, call) =>
      ending(endOf(key), next.set(key, value, options, call), ({ outcome }) => isStored(outcome)),
    delete: (key, ifVersion, call) =>
      ending(endOf(key), next.delete(key, ifVersion, call), outcome =>
        // Who deletes what is not there says that the value has changed.
        outcome === 'removed' || (outcome === 'missing' && ifVersion === undefined)),
    increment: (key, by, options, call) => ending(endOf(key), next.increment(key, by, options, call)),
    mergePatch: (key, patch, ifVersion, call) =>
      ending(endOf(key), next.mergePatch(key, patch, ifVersion, call), ({ outcome }) => isStored(outcome)),
    batch(steps, atomic, call) {
      const result = next.batch(steps, atomic, call)
      const endAll = (results: readonly BatchStepResult[]): void =>
        steps.filter((step, index) => changesKey(step, results[index])).forEach(({ key }) => book.end(key))
      if (result instanceof Promise) {
        steps.filter(({ op }) => changing.has(op)).forEach(({ key }) => book.end(key))
        return result.then((outcome) => {
          endAll(outcome.abortedAt === null ? outcome.results : [])
          return outcome
        })
      }
      endAll(result.abortedAt === null ? result.results : [])
      return result
    },
    flush: call => ending(() => book.endWhere(() => true), next.flush(call)),
    invalidate(selector, options, call) {
      const result = next.invalidate(selector, options, call)
      return options?.dryRun === true ? result : ending(() => book.endWhere(key => mayConcern(selector, key)), result)
    },
  }
}

/**
 * The cache for the holder of a lease: its write of this key is what everybody waits for. Throws,
 * as its `set` does, LarderError `lease-ended` if the lease is not held any more.
 */
export function asHolder(next: ServedCache, book: LeaseBook, key: string, token: string): ServedCache {
  function check(): void {
    if (book.find(key)?.token !== token)
      throw new LarderError('lease-ended', 'This lease ran out, or the key was changed. Nothing was stored.')
  }
  function fulfilled(outcome: string): void {
    if (isStored(outcome) && book.find(key)?.token === token)
      book.end(key)
  }
  check()
  return {
    ...next,
    set(written, value, options, call: Call) {
      check()
      const result = next.set(written, value, options, call)
      if (!(result instanceof Promise)) {
        fulfilled(result.outcome)
        return result
      }
      return result.then((done) => {
        fulfilled(done.outcome)
        return done
      })
    },
  }
}

function isStored(outcome: string): boolean {
  return outcome === 'created' || outcome === 'replaced'
}

const changing: ReadonlySet<BatchStep['op']> = new Set(['set', 'delete', 'increment'])

function changesKey({ op }: BatchStep, result: BatchStepResult | undefined): boolean {
  return changing.has(op) && result?.op === op && (result.op !== 'set' || isStored(result.result.outcome))
}

/** Whether a key that is being filled might be chosen; tags and globs are not known before. */
function mayConcern(selector: Selector, key: string): boolean {
  if ('expired' in selector)
    return false
  if ('any' in selector)
    return selector.any.some(part => mayConcern(part, key))
  if ('prefix' in selector && typeof selector.prefix === 'string')
    return key.startsWith(selector.prefix)
  return 'keys' in selector ? selector.keys.includes(key) : true
}
