import type { EntryPageOutput } from '../../../../../shared/entries'
import type { Entries, WindowQuery } from '../../../api/entries'

/** Milliseconds between two questions how far an order is built. */
const pace = 100

/**
 * Reads a window, and while the server builds the order that it is cut from, asks again. `onProgress` is told 0 to 1, then null.
 * Throws LarderError, and the abort of the signal.
 */
export async function readWindow(entries: Pick<Entries, 'window'>, cache: string, query: WindowQuery, { signal, onProgress }: { signal: AbortSignal, onProgress?: (part: number | null) => void }): Promise<EntryPageOutput> {
  for (;;) {
    const answer = await entries.window(cache, query, signal)
    signal.throwIfAborted()
    onProgress?.('progress' in answer ? answer.progress : null)
    if (!('progress' in answer))
      return answer
    await new Promise(resolve => setTimeout(resolve, pace))
    signal.throwIfAborted()
  }
}
