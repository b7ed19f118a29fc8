import type { EntryPage } from '@shared/entries'
import type { Entries, WindowQuery } from '../../../api/entries'

/**
 * Milliseconds to the first question how far an order is built, and at most between two: many are
 * built before anybody could see a progress line.
 */
const firstPause = 5
const longestPause = 100

/**
 * Reads a window, and while the server builds the order that it is cut from, asks again.
 * `onProgress` is told 0 to 1, then null. Throws LarderError, and the abort of the signal.
 */
export async function requestWindow(
  entries: Pick<Entries, 'window'>,
  cache: string,
  query: WindowQuery,
  { signal, onProgress }: { signal: AbortSignal, onProgress?: (part: number | null) => void },
): Promise<EntryPage> {
  for (let pause = firstPause; ; pause = Math.min(2 * pause, longestPause)) {
    const answer = await entries.window(cache, query, signal)
    signal.throwIfAborted()
    onProgress?.('progress' in answer ? answer.progress : null)
    if (!('progress' in answer))
      return answer
    await new Promise(resolve => setTimeout(resolve, pause))
    signal.throwIfAborted()
  }
}
