import type { Question } from '../components/question'
import { defineStore } from 'pinia'
import { defineAsyncComponent, markRaw, shallowReadonly, shallowRef } from 'vue'

type DialogComponent = abstract new (...args: never) => { $props: object }
interface OpenDialog { id: number, component: DialogComponent, props: object }

const ConfirmDialog = defineAsyncComponent(() => import('../components/ConfirmDialog.vue'))

/**
 * Dialogs that may be opened from anywhere: screens, the palette, shortcuts. Each component is
 * shown until it emits `close`. One opened from another lies over it.
 */
export const useDialogs = defineStore('dialogs', () => {
  const open = shallowRef<readonly OpenDialog[]>([])
  let last = 0

  /** Returns the function that closes it. */
  function show<C extends DialogComponent>(component: C, props: InstanceType<C>['$props']): () => void {
    const dialog = { id: ++last, component: markRaw(component), props }
    open.value = [...open.value, dialog]
    return () => close(dialog.id)
  }

  function close(id: number): void {
    open.value = open.value.filter(dialog => dialog.id !== id)
  }

  /** Nobody is signed in any more: what was open belonged to them. */
  function closeAll(): void {
    open.value = []
  }

  /** True when the person said yes. */
  function confirm(question: Question): Promise<boolean> {
    return new Promise(resolve => show(ConfirmDialog, { ...question, onAnswer: resolve }))
  }

  return { open: shallowReadonly(open), show, close, closeAll, confirm }
})
