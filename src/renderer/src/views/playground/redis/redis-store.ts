import { defineStore } from 'pinia'
import { shallowReadonly, shallowRef, watch } from 'vue'
import { useSession } from '../../../stores/session'

/** Commands that are remembered; the oldest goes first. */
const most = 50

/** What was typed into the Redis tab, which is kept while another screen is open. */
export const useRedisPlayground = defineStore('redis-playground', () => {
  const session = useSession()
  const text = shallowRef('')
  const protocol = shallowRef<'2' | '3'>('2')
  /** The oldest first. */
  const past = shallowRef<readonly string[]>([])
  /** The place in `past`; its length is what is being typed. */
  let at = 0
  let typed = ''

  // Another user is about to see this store.
  watch(() => session.user?.id, () => {
    text.value = ''
    past.value = []
    at = 0
  })

  function remember(): void {
    past.value = [...past.value.filter(other => other !== text.value), text.value].slice(-most)
    at = past.value.length
  }

  /** Goes to an earlier (-1) or later (1) command. Returns whether there is one. */
  function recall(step: -1 | 1): boolean {
    const to = at + step
    if (to < 0 || to > past.value.length)
      return false
    if (at === past.value.length)
      typed = text.value
    at = to
    text.value = past.value[at] ?? typed
    return true
  }

  return { text, protocol, past: shallowReadonly(past), remember, recall }
})
