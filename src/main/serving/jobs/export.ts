import type { ExportFormat } from '@shared/jobs'
import type { Stopwatch } from '../../base/clock'
import type { Cache } from '../../cache/ports'
import type { Maybe } from '../maybe'
import type { Progress } from '../ports'
import { restOf } from '@shared/rest'
import { lastingValue } from '../ports'
import { exportWriters } from './export-formats'
import { createPauses } from './pauses'

/** Characters that are gathered before they are written. */
const enough = 64 * 1024

interface ExportOrder {
  entries: Maybe<ReturnType<Cache['chosen']>>
  format: ExportFormat
  write: (text: string) => Promise<void>
}

/**
 * Writes entries so that they can be stored again: key, value, content type, what is left of TTL
 * and grace, and tags; JSON has the given ones too, as a `set` of a batch takes them. Works in
 * slices. The iteration itself ends when it is cancelled.
 */
export async function exportEntries(
  { entries, format, write }: ExportOrder,
  progress: Progress,
  stopwatch: Stopwatch,
): Promise<void> {
  const writer = exportWriters[format]
  const pauses = createPauses(stopwatch)
  let waiting = writer.begin
  let between = ''

  async function flush(): Promise<void> {
    const text = waiting
    waiting = ''
    await write(text)
  }

  for (const entry of await entries) {
    const rest = entry && restOf(entry)
    if (entry !== null && rest !== null) {
      waiting += between
      between = writer.between
      for (const piece of writer.entry({ ...entry, ...rest })) {
        waiting += piece
        // A smaller value is only valid until something else runs.
        if (waiting.length >= enough && entry.value.length > lastingValue)
          await flush()
      }
    }
    if (waiting.length >= enough)
      await flush()
    if (entry === null || pauses.due)
      await pauses.take()
    // It ends within this millisecond.
    if (entry !== null && rest === null)
      progress.matched--
  }
  if (progress.cancelled)
    return
  if (between !== '' || format === 'json')
    waiting += writer.end
  await flush()
}
