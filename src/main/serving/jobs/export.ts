import type { Stopwatch } from '../../base/clock'
import type { Cache } from '../../cache/ports'
import type { Maybe } from '../maybe'
import type { Progress } from '../ports'
import { setImmediate as turn } from 'node:timers/promises'
import { restOf } from '@shared/rest'
import { bytesInJson } from '../../base/bytes-in-json'
import { lastingValue } from '../ports'

/** Milliseconds of work between two turns of the event loop. */
const slice = 2
/** Characters that are gathered before they are written. */
const enough = 64 * 1024

/**
 * Writes entries as JSON lines, each a `set` of a batch without its `op`, so that they can be
 * stored again: key, value, content type, what is left of TTL and grace, the ones that were
 * given, and tags. Works in slices. The iteration itself ends when it is cancelled.
 */
export async function exportEntries(
  entries: Maybe<ReturnType<Cache['chosen']>>,
  file: { write: (text: string) => Promise<void> },
  progress: Progress,
  stopwatch: Stopwatch,
): Promise<void> {
  let waiting = ''
  let end = stopwatch.now() + slice

  async function flush(): Promise<void> {
    const text = waiting
    waiting = ''
    await file.write(text)
  }

  for (const entry of await entries) {
    const rest = entry && restOf(entry)
    if (entry !== null && rest !== null) {
      const { key, value, contentType, givenTtl, givenGrace, tags } = entry
      waiting += `{"key":${JSON.stringify(key)},"value":{`
      for (const piece of bytesInJson(value)) {
        waiting += piece
        // A smaller value is only valid until something else runs.
        if (waiting.length >= enough && value.length > lastingValue)
          await flush()
      }
      waiting += `},${JSON.stringify({ contentType, ...rest, givenTtl, givenGrace, tags }).slice(1)}\n`
    }
    if (waiting.length >= enough)
      await flush()
    if (entry === null || stopwatch.now() >= end) {
      await turn()
      end = stopwatch.now() + slice
    }
    // It ends within this millisecond.
    if (entry !== null && rest === null)
      progress.matched--
  }
  if (!progress.cancelled)
    await flush()
}
