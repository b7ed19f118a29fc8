import type { Act, Draft } from './plan'
import type { Sent } from './sent'
import { defineStore } from 'pinia'
import { shallowReactive, shallowReadonly, shallowRef, watch } from 'vue'
import { useSession } from '../../stores/session'
import { emptyDraft } from './plan'

/** A request that was sent from here, to be sent again. Times in milliseconds since 1970. */
export interface PastRequest extends Sent {
  id: number
  act: Act
  draft: Draft
  at: number
  /** Null if no answer came. */
  status: number | null
}

/** Requests that are remembered; the oldest goes first. */
const most = 20

/**
 * The input of the playground and what was sent, which are kept while another screen is open. A
 * credential is not.
 */
export const usePlayground = defineStore('playground', () => {
  const session = useSession()
  const act = shallowRef<Act>('add')
  /** Whether commands of Redis are typed in place of a request. */
  const isRedis = shallowRef(false)
  const draft = shallowReactive({ ...emptyDraft })
  /** The newest first. */
  const past = shallowRef<readonly PastRequest[]>([])
  let last = 0

  // Another user is about to see this store.
  watch(() => session.user?.id, () => {
    act.value = 'add'
    isRedis.value = false
    change(emptyDraft)
    past.value = []
  })

  function change(fields: Partial<Draft>): void {
    Object.assign(draft, fields)
  }

  /**
   * Remembers the form as it is now, with the request that came of it. Returns a function that adds
   * its status once there is an answer.
   */
  function remember({ method, target }: Sent): (status: number) => void {
    const id = ++last
    const request = { id, act: act.value, draft: { ...draft }, method, target, at: Date.now(), status: null }
    past.value = [request, ...past.value].slice(0, most)
    return status => past.value = past.value.map(other => other.id === id ? { ...other, status } : other)
  }

  /** Fills the form as it was. */
  function recall(request: PastRequest): void {
    act.value = request.act
    change(request.draft)
  }

  return { act, isRedis, draft: shallowReadonly(draft), past: shallowReadonly(past), change, remember, recall }
})
