import type { Sentence } from '../sentence'
import { messageOf } from '@shared/errors'
import { defineStore } from 'pinia'
import { shallowReadonly, shallowRef } from 'vue'

/** A line that tells what an action came to. */
export interface Notice {
  id: number
  kind: 'done' | 'failed'
  text: Sentence
  /** Takes the action back; throws when that is not possible any more. */
  undo?: () => Promise<Sentence | void>
}

/** Work under way that can be cancelled. */
interface Work {
  id: number
  title: string
  /** 0 to 1; null while nobody knows how much there is. */
  part: number | null
  cancel: () => void
}

/** What an action may return: its sentence, or that with a way back. */
export type Outcome = Sentence | { text: Sentence, undo: () => Promise<Sentence | void> } | void

/**
 * Milliseconds that a notice of success stays, with a way back a little longer; one of failure
 * stays until it is closed.
 */
const lifetime = 6000
const undoLifetime = 12_000
/** Most lines at once: the oldest gives way. */
const most = 3

function isSentence(outcome: Exclude<Outcome, void>): outcome is Sentence {
  return typeof outcome === 'string' || Array.isArray(outcome)
}

export const useNotices = defineStore('notices', () => {
  const list = shallowRef<readonly Notice[]>([])
  const works = shallowRef<readonly Work[]>([])
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

  /** Keeps a notice while somebody reads it: pointer or focus on it. */
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
   * Runs an action of the person and shows its failure, or the sentence that it returns. True when
   * it did not fail.
   */
  async function tell(action: () => Promise<Outcome>): Promise<boolean> {
    try {
      const outcome = await action()
      if (outcome)
        show({ kind: 'done', ...(isSentence(outcome) ? { text: outcome } : outcome) })
      return true
    }
    catch (error) {
      // What the person cancelled is no failure.
      if (!(error instanceof DOMException && error.name === 'AbortError'))
        show({ kind: 'failed', text: messageOf(error) })
      return false
    }
  }

  /** `tell` for long work: shows how far it is, with a button that aborts the signal. */
  function work(
    title: string,
    action: (report: (part: number) => void, signal: AbortSignal) => Promise<Outcome>,
  ): Promise<boolean> {
    const id = ++last
    const abort = new AbortController()
    works.value = [...works.value, { id, title, part: null, cancel: () => abort.abort() }]
    const report = (part: number): void =>
      void (works.value = works.value.map(item => item.id === id ? { ...item, part } : item))
    return tell(() =>
      action(report, abort.signal).finally(() => works.value = works.value.filter(item => item.id !== id)))
  }

  return { list: shallowReadonly(list), works: shallowReadonly(works), show, tell, work, close, hold, resume }
})
