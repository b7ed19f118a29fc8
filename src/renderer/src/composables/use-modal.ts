import type { ShallowRef } from 'vue'
import { useEventListener } from '@vueuse/core'
import { onMounted } from 'vue'

/**
 * Shows a `<dialog>` as a modal window while its component exists, and returns a function that
 * closes it. `closed` is called immediately, because the browser reports the closing only a task
 * later: a shortcut pressed before that must not find the dialog still open. `closed` may be called
 * twice. `mayClose` is asked before a person closes it.
 */
export function useModal(
  dialog: Readonly<ShallowRef<HTMLDialogElement | null>>,
  closed: () => void,
  mayClose: () => Promise<boolean> = async () => true,
): { close: () => void, leave: () => Promise<void> } {
  let closing = false

  function close(): void {
    closing = true
    dialog.value?.close()
    closed()
  }

  async function leave(): Promise<void> {
    if (await mayClose())
      close()
  }

  onMounted(() => dialog.value?.showModal())
  // Escape. The `cancel` event of a file field bubbles up to here, too.
  useEventListener(dialog, 'cancel', (event) => {
    if (event.target !== dialog.value)
      return
    event.preventDefault()
    void leave()
  })
  // Without a `cancel` event: browsers force the closing if Escape is pressed again and again.
  useEventListener(dialog, 'close', () => {
    if (closing)
      return closed()
    dialog.value?.showModal()
    void leave()
  })
  return { close, leave }
}
