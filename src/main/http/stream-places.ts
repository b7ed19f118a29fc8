import type { Disposable } from '../base/disposable'
import type { Principal } from '../base/principal'
import { LarderError } from '@shared/errors'

/**
 * Limits the number of event streams that one credential may have open. All sessions of a user
 * count together as one credential.
 */
export function createStreamPlaces(limit: number): { take: (principal: Principal) => Disposable } {
  const taken = new Map<string, number>()

  return {
    /** Throws LarderError `overloaded` if all places are taken. Dispose of the result once. */
    take({ keyId, kind, userId }) {
      const credential = keyId ?? `${kind} ${userId}`
      const open = taken.get(credential) ?? 0
      if (open >= limit) {
        throw new LarderError(
          'overloaded',
          `This credential already has ${limit} open event streams. Close one first.`,
          { retryAfter: 5 },
        )
      }
      taken.set(credential, open + 1)
      return {
        dispose() {
          const left = (taken.get(credential) ?? 1) - 1
          if (left === 0)
            taken.delete(credential)
          else
            taken.set(credential, left)
        },
      }
    },
  }
}
