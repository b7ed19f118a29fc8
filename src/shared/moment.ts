import { z } from 'zod'
import './without-eval'

export const momentRule = 'must be a time such as 2026-11-30T16:08:41.123Z'
/** A moment of the server's clock. */
export const IsoMoment = z.iso.datetime(momentRule)

/** Milliseconds since the Unix epoch as ISO 8601. */
export function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}

/**
 * What a question is asked by, and what is done by its answer: what has come since then was not in
 * the question, so it stays.
 */
export const asked = {
  asOf: IsoMoment.optional().meta({
    description: 'The asOf of an answer that told what there is: entries that were stored since then stay.',
  }),
  createdAt: IsoMoment.optional().meta({
    description: 'The createdAt of the cache that is meant: another one that has its name by now stays as it is (404).',
  }),
}
