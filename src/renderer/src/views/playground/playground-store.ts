import type { Act, Draft } from './plan'
import { defineStore } from 'pinia'
import { shallowReactive, shallowReadonly, shallowRef, watch } from 'vue'
import { useSession } from '../../stores/session'
import { emptyDraft } from './plan'

/** The input of the playground, which is kept while another screen is open. */
export const usePlayground = defineStore('playground', () => {
  const session = useSession()
  const act = shallowRef<Act>('add')
  const draft = shallowReactive({ ...emptyDraft })

  // Another user is about to see this store.
  watch(() => session.user?.id, () => {
    act.value = 'add'
    change(emptyDraft)
  })

  function change(fields: Partial<Draft>): void {
    Object.assign(draft, fields)
  }

  return { act, draft: shallowReadonly(draft), change }
})
