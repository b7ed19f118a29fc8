import type { EntryQuestion } from './search'

/** Milliseconds without a further letter after which the server is asked. */
const rest = 120
/** Keys that are asked for. To look through more than that, a cache has its own screen. */
export const mostEntries = 8

/** Keys of entries that begin as asked, in their order. */
export interface FoundEntries extends EntryQuestion { keys: readonly string[] }

interface EntrySearch {
  /** Asks after a short rest; null asks nothing. What was asked before is dropped. */
  ask: (question: EntryQuestion | null) => void
  stop: () => void
}

/**
 * Looks for keys while somebody types: never more than one question is under way, and only the
 * answer to the last one counts. `tell` gets null as soon as the last answer fits no longer.
 */
export function createEntrySearch({ read, tell }: {
  read: (question: EntryQuestion, signal: AbortSignal) => Promise<readonly string[]>
  tell: (found: FoundEntries | null) => void
}): EntrySearch {
  let timer: ReturnType<typeof setTimeout> | undefined
  let reading = new AbortController()
  let found: FoundEntries | null = null

  function show(next: FoundEntries | null): void {
    found = next
    tell(next)
  }

  async function look(question: EntryQuestion): Promise<void> {
    const { signal } = reading = new AbortController()
    const keys = await read(question, signal).catch(() => null)
    // A question that cannot be answered has no keys: the commands are still there.
    if (!signal.aborted)
      show(keys && { ...question, keys })
  }

  function stop(): void {
    clearTimeout(timer)
    reading.abort()
  }

  return {
    ask(question) {
      stop()
      // Until the next answer, what is known is narrowed down.
      if (question && found && found.cache === question.cache && question.prefix.startsWith(found.prefix))
        show({ ...question, keys: found.keys.filter(key => key.startsWith(question.prefix)) })
      else if (found)
        show(null)
      if (question)
        timer = setTimeout(() => void look(question), rest)
    },
    stop,
  }
}
