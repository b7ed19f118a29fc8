import type { Disposable } from '../base/disposable'
import type { Principal } from '../base/principal'
import { LarderError } from '@shared/errors'

/**
 * Limits how many event streams one credential has open: an API key, or all sessions of a user
 * together.
 */
export function createStreamPlaces(limit: number): { take: (principal: Principal) => Disposable } {
  const taken = new Map<string, number>()

  return {
    /** Throws LarderError `overloaded` where all are taken. Dispose of it once. */
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
