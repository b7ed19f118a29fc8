import type { Sentence } from '../sentence'
import { LarderError, messageOf } from '@shared/errors'
import { defineStore } from 'pinia'
import { shallowReadonly, shallowRef } from 'vue'

/** A line that reports the outcome of an action. */
export interface Notice {
  id: number
  kind: 'done' | 'failed'
  text: Sentence
  /** Undoes the action. Throws LarderError if that is not possible now, Error if never again. */
  undo?: () => Promise<Sentence | void>
}

/** The result of an action: its message, optionally with a way to undo it. */
export type Outcome = Sentence | { text: Sentence, undo: () => Promise<Sentence | void> } | void

/**
 * Milliseconds for which a success notice stays, and a longer time for one that offers to undo. A
 * failure notice stays until it is closed.
 */
const lifetime = 6000
const undoLifetime = 12_000
/** Maximum number of lines at once; a further one replaces the oldest. */
const most = 3

function isSentence(outcome: Exclude<Outcome, void>): outcome is Sentence {
  return typeof outcome === 'string' || Array.isArray(outcome)
}

export const useNotices = defineStore('notices', () => {
  const list = shallowRef<readonly Notice[]>([])
  const timers = new Map<number, ReturnType<typeof setTimeout>>()
  let last = 0

  function show(notice: Omit<Notice, 'id'>): void {
    const id = ++last
    for (const old of list.value.slice(0, Math.max(0, list.value.length + 1 - most)))
      close(old.id)
    list.value = [...list.value, { ...notice, id }]
    resume(id)
  }

  function close(id: number): void {
    hold(id)
    list.value = list.value.filter(notice => notice.id !== id)
  }

  /** Keeps a notice while the pointer or the focus is on it, so that it can be read. */
  function hold(id: number): void {
    clearTimeout(timers.get(id))
    timers.delete(id)
  }

  function resume(id: number): void {
    hold(id)
    const notice = list.value.find(other => other.id === id)
    if (notice?.kind === 'done')
      timers.set(id, setTimeout(close, notice.undo ? undoLifetime : lifetime, id))
  }

  /**
   * Runs an action of the person and shows its failure, or the message that it returns. Returns
   * whether it succeeded.
   *
   * @param undo what failed, to be tried again: a switch may be on, or the server back, by then
   */
  async function tell(action: () => Promise<Outcome>, undo?: Notice['undo']): Promise<boolean> {
    try {
      const outcome = await action()
      if (outcome)
        show({ kind: 'done', ...(isSentence(outcome) ? { text: outcome } : outcome) })
      return true
    }
    catch (error) {
      // A cancelled action is not a failure.
      if (!(error instanceof DOMException && error.name === 'AbortError'))
        show({ kind: 'failed', text: messageOf(error), ...undo && error instanceof LarderError && { undo } })
      return false
    }
  }

  return { list: shallowReadonly(list), show, tell, close, hold, resume }
})
