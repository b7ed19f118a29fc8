/** Why a request went on to the origin (RFC 9211 §2.2). */
export type ForwardReason = 'uri-miss' | 'vary-miss' | 'stale' | 'request' | 'method' | 'partial' | 'bypass'

export interface CacheStatus {
  /** Null = it was answered from what is held. */
  forward: ForwardReason | null
  /** The status of the origin, where it is not that of the answer. */
  forwardStatus?: number
  stored?: boolean
  collapsed?: boolean
  /** Seconds of freshness that are left. */
  ttl?: number | null
  detail?: string
}

/** Cache-Status as RFC 9211 has it. */
export function cacheStatus({ forward, forwardStatus, stored, collapsed, ttl, detail }: CacheStatus): string {
  return [
    'Larder',
    forward === null ? 'hit' : `fwd=${forward}`,
    ...forwardStatus === undefined ? [] : [`fwd-status=${forwardStatus}`],
    ...ttl === undefined || ttl === null ? [] : [`ttl=${Math.floor(ttl)}`],
    ...stored === true ? ['stored'] : [],
    ...collapsed === true ? ['collapsed'] : [],
    ...detail === undefined ? [] : [`detail="${detail.replaceAll(/[^\x20-\x7E]|["\\]/g, '')}"`],
  ].join('; ')
}
