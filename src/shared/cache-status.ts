/**
 * Seconds of freshness as answers tell them: rounded up, so that a fresh entry never says 0;
 * negative for a stale one; null without an end.
 */
export function toldSeconds(ttl: number | null, stale: boolean): number | null {
  if (ttl === null)
    return null
  return stale ? Math.min(-1, Math.floor(ttl)) : Math.ceil(ttl)
}

/** What the header Cache-Status (RFC 9211) says of a fresh value with so many seconds left. */
export function hitStatus(left: number | null): string {
  return left === null ? 'Larder; hit' : `Larder; hit; ttl=${left}`
}

/** The same of a read that found nothing fresh. */
export function missStatus(reason: string): string {
  return `Larder; fwd=miss; detail=${reason}`
}
