import type { ErrorCode } from './errors'

const unreached = ['source-failed', 'source-resting', 'source-timeout'] as const

/** What goes wrong with a source or backend, by what an operation asks of it. */
export const sourceErrors = {
  read: [...unreached, 'not-held'],
  write: ['not-here', ...unreached],
  flush: unreached,
  // Each step says for itself what its source did; only all or nothing is refused as a whole.
  steps: ['not-here'],
} as const satisfies Record<string, readonly ErrorCode[]>
