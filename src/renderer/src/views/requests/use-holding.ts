import type { Ref } from 'vue'
import { computed, onScopeDispose, shallowRef } from 'vue'

/** Whether somebody is about to pick a row, so that the rows must not move. */
export interface Holding {
  /** Whether the pointer rests over the rows, or the keyboard is in them. */
  readonly pointed: Readonly<Ref<boolean>>
  onPointer: (event: Pick<PointerEvent, 'type' | 'movementX' | 'movementY'>) => void
  onFocus: (visible: boolean) => void
  /** Lets the rows move until somebody points at them anew. */
  release: () => void
}

/** To be called in a component; `later` runs after the events of the same press. */
export function useHolding(later: (run: () => void) => () => void = soon): Holding {
  const over = shallowRef(false)
  const focused = shallowRef(false)
  const released = shallowRef(false)
  let cancel = (): void => {}

  onScopeDispose(() => cancel())
  return {
    pointed: computed(() => (over.value || focused.value) && !released.value),
    onPointer({ type, movementX, movementY }) {
      cancel()
      if (type === 'pointerleave') {
        // A finger leaves before its click comes, and the click must hit the row that it touched.
        cancel = later(() => over.value = released.value = false)
        return
      }
      over.value = true
      // The browser also reports a pointer that rests while something moves beneath it.
      if (type !== 'pointermove' || movementX !== 0 || movementY !== 0)
        released.value = false
    },
    onFocus(visible) {
      focused.value = visible
      if (visible)
        released.value = false
    },
    release: () => released.value = true,
  }
}

function soon(run: () => void): () => void {
  const timer = setTimeout(run, 0)
  return () => clearTimeout(timer)
}
