import type { EntryPage } from '@shared/entries'
import type { Entries, WindowQuery } from '../../../api/entry-calls'

/**
 * Milliseconds before the first query about the progress of an order, and the longest pause between
 * two. Many orders are ready before anybody could see a progress line.
 */
const firstPause = 5
const longestPause = 100

/**
 * Reads a window. Asks again while the server still builds the order for the window. `onProgress`
 * receives 0 to 1, then null. Throws LarderError, and the reason of an abort.
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
