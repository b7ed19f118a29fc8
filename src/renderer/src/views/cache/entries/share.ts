/** The list's share of the width beside the entry, in percent. */
export const shares = { least: 30, most: 75, usual: 58, step: 2 } as const

/** Any number as a share that leaves room for both sides. */
export function toShare(value: number): number {
  return Number.isFinite(value) ? Math.round(Math.max(shares.least, Math.min(shares.most, value))) : shares.usual
}

/** The share that a key leads to; undefined for other keys. */
export function shareAfter(key: string, share: number): number | undefined {
  const targets: Readonly<Record<string, number>> = {
    ArrowLeft: share - shares.step,
    ArrowRight: share + shares.step,
    Home: shares.least,
    End: shares.most,
  }
  return Object.hasOwn(targets, key) ? toShare(targets[key] ?? share) : undefined
}
