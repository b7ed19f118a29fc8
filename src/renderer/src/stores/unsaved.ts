import type { Sentence } from '../sentence'
import { discardQuestion } from '@shared/discard-question'
import { defineStore } from 'pinia'
import { onScopeDispose } from 'vue'
import { useDialogs } from './dialogs'

/** What somebody has typed in one place, and nothing has stored yet. */
interface UnsavedWork {
  isDirty: () => boolean
  /** Says what would be lost. */
  text: () => Sentence
  /** Makes it clean: the person has agreed. */
  discard: () => void
}

/** All unsaved work on the page. Whatever would lose some of it asks here first. */
export const useUnsaved = defineStore('unsaved', () => {
  const dialogs = useDialogs()
  const all = new Set<UnsavedWork>()
  /** The answer to the question that is on the screen: it is asked once, whoever wants to know. */
  let asked: Promise<boolean> | undefined

  function add(work: UnsavedWork): () => void {
    all.add(work)
    return () => void all.delete(work)
  }

  /** The work that would be lost; of all the page, or this one. */
  function dirty(work?: UnsavedWork): UnsavedWork[] {
    return [...work ? [work] : all].filter(({ isDirty }) => isDirty())
  }

  /** Asks before work is lost, of the whole page or this one, and discards it if that is agreed. */
  async function mayLeave(work?: UnsavedWork): Promise<boolean> {
    const [first] = dirty(work)
    if (!first)
      return true
    asked ??= dialogs
      .confirm({ ...discardQuestion, text: first.text() })
      .finally(() => asked = undefined)
    if (!await asked)
      return false
    for (const { discard } of dirty(work))
      discard()
    return true
  }

  /** The work belongs to somebody who has gone, so nobody is asked. */
  function forget(): void {
    all.clear()
  }

  return { add, mayLeave, forget, isDirty: () => dirty().length > 0 }
})

/**
 * Registers work while the calling component exists. Returns a function that asks before this work
 * is lost, and tells whether it may be.
 */
export function useUnsavedWork(work: UnsavedWork): () => Promise<boolean> {
  const unsaved = useUnsaved()
  onScopeDispose(unsaved.add(work))
  return () => unsaved.mayLeave(work)
}
