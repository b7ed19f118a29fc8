import type { SnapshotInfo } from '@shared/snapshots'

/**
 * With which other one a snapshot is compared first: of those of the same caches, if there are any,
 * the one that was saved last. `a` is the former of the two. Undefined if there is none.
 */
export function pairFor(chosen: SnapshotInfo, list: readonly SnapshotInfo[]): { a: string, b: string } | undefined {
  const others = list
    .filter(({ name, fault }) => name !== chosen.name && fault === null)
    .sort((one, other) => one.savedAt < other.savedAt ? -1 : 1)
  const other = others.findLast(({ caches }) => caches.join() === chosen.caches.join()) ?? others.at(-1)
  if (other === undefined)
    return undefined
  const [a, b] = other.savedAt < chosen.savedAt ? [other, chosen] : [chosen, other]
  return { a: a.name, b: b.name }
}
