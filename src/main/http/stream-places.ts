import type { Disposable } from '../base/disposable'
import type { Principal } from '../base/principal'
import { LarderError } from '@shared/errors'

export interface StreamPlaces {
  /** Throws LarderError `overloaded` if all places are taken. Dispose of the result once. */
  take: (principal: Principal) => Disposable
  /** Number of event streams that are open. */
  readonly open: number
}

/**
 * Limits the number of event streams that one credential may have open. All sessions of a user
 * count together as one credential.
 */
export function createStreamPlaces(limit: number): StreamPlaces {
  const taken = new Map<string, number>()

  return {
    get open() {
      return taken.values().reduce((sum, open) => sum + open, 0)
    },
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
