import type { CacheSettings } from '@shared/cache-settings'
import type { MetadataStore } from '../base/metadata'
import { invalidField } from '@shared/errors'
import { grouped } from '@shared/grouped'
import { writeSize } from '@shared/sizes'
import { beyondMemory } from '../base/machine-memory'

type Records = Pick<MetadataStore, 'caches'>

/** Bytes that all caches reserve together, except the one with this id. */
function reservedBut(id: string | null, { caches }: Records): number {
  return caches.list().reduce((sum, cache) => cache.id === id ? sum : sum + (cache.reserve ?? 0), 0)
}

/**
 * Checks that all reserves together fit into the budget. Throws LarderError `invalid-input` (field
 * reserve).
 *
 * @param id id of the cache if it already exists, otherwise null
 */
export function checkReserve(metadata: Records, budget: number, id: string | null, reserve: number | null): void {
  const left = Math.max(0, budget - reservedBut(id, metadata))
  if (reserve !== null && reserve > left) {
    throw invalidField(
      'reserve',
      `must be at most ${grouped(left)} bytes, which is what other caches leave of the memory budget`,
    )
  }
}

/**
 * Checks that a cache may hold what it reserves. What a change does not touch is not looked at.
 * Throws LarderError `invalid-input` (field reserve or maxBytes).
 *
 * @param before the settings of the cache, or those of a new one without the change
 */
export function checkReserveWithin(before: Readonly<CacheSettings>, change: Partial<CacheSettings>): void {
  const { maxBytes, reserve } = { ...before, ...change }
  if (maxBytes === null || reserve === null || reserve <= maxBytes)
    return
  if (change.reserve !== undefined)
    throw invalidField('reserve', `must be at most ${grouped(maxBytes)} bytes, which is the most that the cache holds`)
  if (change.maxBytes !== undefined)
    throw invalidField('maxBytes', `must be at least ${grouped(reserve)} bytes, which is what the cache reserves`)
}

/**
 * Checks that a cache is not limited to more than all may take. What a change does not touch is not
 * looked at: the budget may have been larger. Throws LarderError `invalid-input` (field maxBytes).
 */
export function checkMaxBytes(budget: number, before: number | null, after: number | null = before): void {
  if (after !== null && after !== before && after > budget)
    throw invalidField('maxBytes', `must be at most ${writeSize(budget)}, the memory budget`)
}

/**
 * Throws LarderError `invalid-input` (field memory).
 *
 * @param most bytes of memory that the machine has
 */
export function checkBudget(metadata: Records, budget: number, most: number): void {
  if (budget > most)
    throw invalidField('memory', beyondMemory(most))
  const reserved = reservedBut(null, metadata)
  if (budget < reserved)
    throw invalidField('memory', `must be at least ${grouped(reserved)} bytes, which is what caches reserve`)
}
