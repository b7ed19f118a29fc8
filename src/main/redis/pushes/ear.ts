import type { Disposable } from '../../base/disposable'
import type { ServedCaches } from '../../serving/caches'
import type { EngineEvent } from '../../serving/ports'

/** Listens to the changes of entries while that is needed: nobody else pays for it. */
export function createEar(
  caches: Pick<ServedCaches, 'subscribe'>,
  hear: (event: EngineEvent) => void,
): (isNeeded: boolean) => void {
  let subscription: Disposable | undefined
  return (isNeeded) => {
    if (isNeeded) {
      subscription ??= caches.subscribe(hear)
      return
    }
    void subscription?.dispose()
    subscription = undefined
  }
}
