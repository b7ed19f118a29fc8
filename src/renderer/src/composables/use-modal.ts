import type { ShallowRef } from 'vue'
import { useEventListener } from '@vueuse/core'
import { onMounted } from 'vue'

/**
 * Shows a `<dialog>` as a modal window while its component lives, and returns the function that
 * closes it. `closed` is called at once, while the browser tells of a closing a task later: whoever
 * presses the next shortcut by then must not find the dialog still in the way. It may be called
 * twice.
 */
export function useModal(dialog: Readonly<ShallowRef<HTMLDialogElement | null>>, closed: () => void): () => void {
  function close(): void {
    dialog.value?.close()
    closed()
  }

  onMounted(() => dialog.value?.showModal())
  // Escape. A file field's own `cancel` bubbles up to here.
  useEventListener(dialog, 'cancel', (event) => {
    if (event.target !== dialog.value)
      return
    event.preventDefault()
    close()
  })
  // What no `cancel` came before: a click outside, or a browser that insists.
  useEventListener(dialog, 'close', closed)
  return close
}
