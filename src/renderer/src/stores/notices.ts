import { defineStore } from 'pinia'
import { shallowReadonly, shallowRef } from 'vue'
import { messageOf } from '../error-text'

export interface Notice { kind: 'done' | 'failed', text: string }

/** Milliseconds that a notice of success stays; one of failure stays until it is closed or another comes. */
const lifetime = 6000

/** One line that tells what an action came to. */
export const useNotices = defineStore('notices', () => {
  const current = shallowRef<Notice | null>(null)
  let timer: ReturnType<typeof setTimeout> | undefined

  function show(notice: Notice): void {
    clearTimeout(timer)
    current.value = notice
    if (notice.kind === 'done')
      timer = setTimeout(close, lifetime)
  }

  function close(): void {
    current.value = null
  }

  /** Runs an action of the person and shows its failure, or the sentence that it returns. */
  async function tell(action: () => Promise<string | void>): Promise<void> {
    try {
      const text = await action()
      if (text)
        show({ kind: 'done', text })
    }
    catch (error) {
      show({ kind: 'failed', text: messageOf(error) })
    }
  }

  return { current: shallowReadonly(current), show, tell, close }
})
