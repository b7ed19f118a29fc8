import type { DataOperationSpec } from '@shared/data-operations'
import type { Principal } from '../base/principal'
import type { Mount, ServedCaches } from './caches'
import type { Maybe } from './maybe'
import type { Call, ServedCache } from './ports'
import { dataOperations } from '@shared/data-operations'
import { LarderError } from '@shared/errors'
import { spellKey } from '@shared/key-spelling'
import { requireScope } from '../base/principal'

/** Decides what a call may do, for every protocol alike. */
export interface Access {
  /**
   * Runs what a call asks for. Throws, or rejects with, LarderError `key-missing`, `out-of-scope`,
   * `caching-off`, and what the work throws. While all caching is off, nothing else is wrong with a
   * call: its client shall come back.
   */
  admit: <C extends Call>(call: C, work: (call: C) => Maybe<void>) => Maybe<void>
  /**
   * The only way to a cache, for the next call into it: after a wait it is opened anew, as a switch
   * may have moved and the cache may be gone. Throws LarderError `out-of-scope`, `cache-not-found`,
   * `caching-off`, `cache-off`.
   *
   * @param key that a read is after: where a switch turns it away, it counts as a miss
   */
  open: (call: Call, name: string, key?: string) => ServedCache
}

/** Seconds after which an app may look whether caching is on again. */
const switchRetryAfter = 5

export function createAccess({ caches }: { caches: Pick<ServedCaches, 'enabled' | 'find'> }): Access {
  /** A switched-off cache counts the reads that it is asked for. */
  function turnAway({ cache }: Mount, key: string | undefined): never {
    if (key !== undefined)
      cache.get(key)
    throw caches.enabled ? cacheOff(cache.definition.name) : cachingOff()
  }

  /**
   * What a write wants need not be known to refuse it. A read goes as far as a cache, so that it is
   * counted there.
   */
  async function whileOff<C extends Call>(
    call: C,
    spec: DataOperationSpec,
    work: (call: C) => Maybe<void>,
  ): Promise<void> {
    try {
      if (!spec.mutates)
        await work(call)
    }
    catch (error) {
      if (!(error instanceof LarderError))
        throw error
    }
    throw cachingOff()
  }

  return {
    admit(call, work) {
      const spec = operationOf(call)
      requireScope(callerOf(call), spec.scope)
      return caches.enabled ? work(call) : whileOff(call, spec, work)
    },
    open(call, name, key) {
      const caller = callerOf(call)
      call.space = caller.userId
      call.cache = name
      if (caller.caches !== null && !caller.caches.has(name))
        throw new LarderError('out-of-scope', `This key may not use the cache ${spellKey(name, 64)}.`)
      const mount = caches.find(caller.userId, name)
      if (mount === undefined)
        throw new LarderError('cache-not-found', `Cache ${spellKey(name, 64)} not found.`)
      call.found = mount.cache
      if (!caches.enabled || !mount.cache.definition.enabled)
        turnAway(mount, key)
      return mount.served
    },
  }
}

/** Whether the caller may learn what is stored. */
export function mayRead(call: Call): boolean {
  return callerOf(call).scopes.has('read')
}

/**
 * For what tells what is stored, in an operation of another scope. Throws `out-of-scope`; `what`
 * begins its sentence.
 */
export function requireRead(call: Call, what: string): void {
  if (!mayRead(call))
    throw new LarderError('out-of-scope', `${what} needs the scope read as well.`)
}

function operationOf({ operation }: Call): DataOperationSpec {
  if (operation === null)
    throw new Error('A call without an operation asked for a cache')
  return dataOperations[operation]
}

/** The guards let nobody without a credential come this far. */
function callerOf({ principal }: Call): Principal {
  if (!principal)
    throw new LarderError('key-missing', 'Send an API key in the Api-Key header, or as Authorization: Bearer …')
  return principal
}

function cachingOff(): LarderError {
  return new LarderError('caching-off', 'All caching is switched off.', { retryAfter: switchRetryAfter })
}

function cacheOff(name: string): LarderError {
  return new LarderError('cache-off', `The cache ${name} is switched off.`, { retryAfter: switchRetryAfter })
}
