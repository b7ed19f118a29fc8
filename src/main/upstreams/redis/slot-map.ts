import type { ClusterView } from './cluster-view'
import { slotCount } from './slots'

/** Who is told of what a cluster does with its keys. */
interface ClusterWatcher {
  /** These slots have another master from now on, of which nothing has been asked yet. */
  moved: (slots: ReadonlySet<number>) => void
  /** A key was read at a node that does not have its slot yet. */
  lent: (key: Uint8Array) => void
}

/** Which master has which slot, as far as it is known. */
export interface SlotMap {
  ownerOf: (slot: number) => string | undefined
  masters: () => ReadonlySet<string>
  /** Of the latest view. */
  readonly epoch: number
  readonly isUp: boolean
  /** Rises with every move. */
  readonly version: number
  apply: (view: ClusterView) => void
  move: (slot: number, place: string) => void
  lend: (key: Uint8Array) => void
  /** Returns what ends it. */
  watch: (watcher: ClusterWatcher) => () => void
}

export function createSlotMap(): SlotMap {
  let owners: (string | undefined)[] = Array.from({ length: slotCount })
  let masters: ReadonlySet<string> = new Set()
  let epoch = 0
  let isUp = false
  let version = 0
  const watchers = new Set<ClusterWatcher>()

  function become(next: (string | undefined)[], moved: ReadonlySet<number>): void {
    if (moved.size === 0)
      return
    owners = next
    masters = new Set(owners.filter(owner => owner !== undefined))
    version += 1
    watchers.forEach(watcher => watcher.moved(moved))
  }

  return {
    ownerOf: slot => owners[slot],
    masters: () => masters,
    get epoch() {
      return epoch
    },
    get isUp() {
      return isUp
    },
    get version() {
      return version
    },
    apply(view) {
      epoch = view.epoch
      isUp = view.isUp
      const moved = new Set<number>()
      for (let slot = 0; slot < slotCount; slot++) {
        if (owners[slot] !== view.owners[slot])
          moved.add(slot)
      }
      become([...view.owners], moved)
    },
    move: (slot, place) => become(owners.with(slot, place), new Set(owners[slot] === place ? [] : [slot])),
    lend: key => watchers.forEach(watcher => watcher.lent(key)),
    watch(watcher) {
      watchers.add(watcher)
      return () => void watchers.delete(watcher)
    },
  }
}
