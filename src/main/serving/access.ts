import type { CallOperationSpec } from '@shared/call-operations'
import type { Principal } from '../base/principal'
import type { Mount, ServedCaches } from './caches'
import type { Maybe } from './maybe'
import type { Call, ServedCache } from './ports'
import { callOperations } from '@shared/call-operations'
import { LarderError } from '@shared/errors'
import { spellKey } from '@shared/key-spelling'
import { requireScope } from '../base/principal'
import { isConsole } from './call'
import { cacheOff, cachingOff } from './off-errors'

/** Decides what a call may do, in the same way for every protocol. */
export interface Access {
  /**
   * Runs the work of a call if the call may do it. Throws, or rejects with, LarderError
   * `key-missing`, `out-of-scope`, `caching-off`, and whatever the work throws. While all caching
   * is off, `caching-off` takes precedence over other errors, so that the client tries again later;
   * what the console reads goes on to the cache, where `look` lets it in and `open` does not.
   */
  admit: <C extends Call>(call: C, work: (call: C) => Maybe<void>) => Maybe<void>
  /**
   * The only way to get a cache, for the next call into it. After a wait the cache must be opened
   * again, because a switch may have changed or the cache may be gone. Throws LarderError
   * `out-of-scope`, `cache-not-found`, `caching-off`, `cache-off`.
   *
   * @param key of an app's read: if a switch turns it away, it counts as a miss
   */
  open: (call: Call, name: string, key?: string) => ServedCache
  /** The same for its leases, and for the cache as their holders write to it. */
  leases: (call: Call, name: string) => ReturnType<ServedCaches['leasesOf']>
  /**
   * The same while a switch is off, too, for entries that go because what they are copies of has
   * changed: they must not be served when it is on again.
   */
  discard: (call: Call, name: string) => ReturnType<ServedCaches['leasesOf']>
  /**
   * The same for a call that lists or peeks, which leaves no trace: the console gets the cache even
   * while a switch is off, as people want to see then what is stored (decision 0037).
   */
  look: (call: Call, name: string) => ServedCache
}

export function createAccess({ caches }: { caches: Pick<ServedCaches, 'enabled' | 'find' | 'leasesOf'> }): Access {
  function isOn({ cache }: Mount): boolean {
    return caches.enabled && cache.definition.enabled
  }

  /** A cache that is switched off still counts the reads of apps that it receives. */
  function turnAway({ cache }: Mount, call: Call, key?: string): never {
    if (key !== undefined && !isConsole(call))
      cache.get(key)
    throw caches.enabled ? cacheOff(cache.definition.name) : cachingOff()
  }

  /** The cache that a call names, if it may use it. */
  function find(call: Call, name: string): Mount {
    const caller = callerOf(call)
    call.space = caller.userId
    call.cache = name
    call.found = null
    if (caller.caches !== null && !caller.caches.has(name))
      throw new LarderError('out-of-scope', `This key may not use the cache ${spellKey(name, 64)}.`)
    const mount = caches.find(caller.userId, name)
    if (mount === undefined)
      throw new LarderError('cache-not-found', `Cache ${spellKey(name, 64)} not found.`)
    call.found = mount.cache
    return mount
  }

  /**
   * A write can be refused without looking at it. A read goes as far as a cache, so that it is
   * counted there.
   */
  async function whileOff<C extends Call>(
    call: C,
    spec: CallOperationSpec,
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
      return caches.enabled || (!spec.mutates && isConsole(call)) ? work(call) : whileOff(call, spec, work)
    },
    open(call, name, key) {
      const mount = find(call, name)
      if (!isOn(mount))
        turnAway(mount, call, key)
      return mount.served
    },
    leases(call, name) {
      const mount = find(call, name)
      if (!isOn(mount))
        turnAway(mount, call)
      return caches.leasesOf(mount)
    },
    discard: (call, name) => caches.leasesOf(find(call, name)),
    look(call, name) {
      const mount = find(call, name)
      if (!isOn(mount) && !isConsole(call))
        turnAway(mount, call)
      return mount.served
    },
  }
}

/** Whether the caller may know what is stored. */
export function mayRead(call: Call): boolean {
  return callerOf(call).scopes.has('read')
}

/**
 * For operations of another scope whose answer reveals what is stored. Throws `out-of-scope`;
 * `what` is the start of the message.
 */
export function requireRead(call: Call, what: string): void {
  if (!mayRead(call))
    throw new LarderError('out-of-scope', `${what} needs the scope read as well.`)
}

function operationOf({ operation }: Call): CallOperationSpec {
  if (operation === null)
    throw new Error('A call without an operation asked for a cache')
  return callOperations[operation]
}

/** The guards do not let anybody without a credential come this far. */
function callerOf({ principal }: Call): Principal {
  if (!principal)
    throw new LarderError('key-missing', 'Send an API key in the Api-Key header, or as Authorization: Bearer …')
  return principal
}
