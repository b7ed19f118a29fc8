import type { Question } from '../components/question'
import { defineStore } from 'pinia'
import { defineAsyncComponent, markRaw, shallowReadonly, shallowRef } from 'vue'

type DialogComponent = abstract new (...args: never) => { $props: object }
interface OpenDialog { id: number, component: DialogComponent, props: object }

const ConfirmDialog = defineAsyncComponent(() => import('../components/ConfirmDialog.vue'))

/**
 * Dialogs that can be opened from anywhere: screens, the palette, shortcuts. Each component is
 * shown until it emits `close`. A dialog opened from another one appears on top of it.
 */
export const useDialogs = defineStore('dialogs', () => {
  const open = shallowRef<readonly OpenDialog[]>([])
  let last = 0

  /** Shows a dialog. Returns a function that closes it. */
  function show<C extends DialogComponent>(component: C, props: InstanceType<C>['$props']): () => void {
    const dialog = { id: ++last, component: markRaw(component), props }
    open.value = [...open.value, dialog]
    return () => close(dialog.id)
  }

  function close(id: number): void {
    open.value = open.value.filter(dialog => dialog.id !== id)
  }

  /** Closes all dialogs, because the user to whom they belonged has signed out. */
  function closeAll(): void {
    open.value = []
  }

  /** Returns whether the person confirmed, and whether the check of the question was set then. */
  function ask(question: Question): Promise<{ agreed: boolean, checked: boolean }> {
    return new Promise(resolve =>
      show(ConfirmDialog, { ...question, onAnswer: (agreed, checked) => resolve({ agreed, checked }) }))
  }

  /** Returns whether the person confirmed. */
  async function confirm(question: Question): Promise<boolean> {
    return (await ask(question)).agreed
  }

  return { open: shallowReadonly(open), show, close, closeAll, ask, confirm }
})
