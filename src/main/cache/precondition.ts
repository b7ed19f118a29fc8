import type { WriteOptions } from './ports'

/** Whether a write may happen over what is there; a stale entry that may be served is there. */
export function holds(ifVersion: WriteOptions['ifVersion'], entry: { readonly version: number } | undefined): boolean {
  if (ifVersion === undefined)
    return true
  return entry !== undefined && (ifVersion === 'any' || ifVersion.includes(entry.version))
}
