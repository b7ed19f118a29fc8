import type { ShallowRef } from 'vue'
import { useEventListener } from '@vueuse/core'
import { onMounted } from 'vue'

/**
 * Shows a `<dialog>` as a modal window while its component exists, and returns a function that
 * closes it. `closed` is called immediately, because the browser reports the closing only a task
 * later: a shortcut pressed before that must not find the dialog still open. `closed` may be called
 * twice.
 */
export function useModal(dialog: Readonly<ShallowRef<HTMLDialogElement | null>>, closed: () => void): () => void {
  function close(): void {
    dialog.value?.close()
    closed()
  }

  onMounted(() => dialog.value?.showModal())
  // Escape. The `cancel` event of a file field bubbles up to here, too.
  useEventListener(dialog, 'cancel', (event) => {
    if (event.target !== dialog.value)
      return
    event.preventDefault()
    close()
  })
  // For closings without a `cancel` event: a click outside, or a browser that forces it.
  useEventListener(dialog, 'close', closed)
  return close
}
