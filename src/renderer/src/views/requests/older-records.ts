import type { RequestRecord } from '@shared/schemas'
import type { RecordRing } from './record-ring'

/**
 * How far back the list reaches: `reading` older requests, to the `start` of the server's log, or
 * to a `part` of it.
 */
export type Extent = 'reading' | 'start' | 'part'

interface OlderRecords {
  readonly extent: Extent
  /**
   * Reads page after page until the ring reaches as far back as the log. Goes on where a failure
   * ended it. Throws what `readBefore` throws.
   */
  read: () => Promise<void>
  /**
   * Sets how far the list reaches. Other than `reading` it reads no more: the list was cleared, or
   * what is older is not followed by what it has.
   */
  reach: (extent: Extent) => void
}

interface OlderRecordsOptions {
  ring: Pick<RecordRing, 'oldest' | 'addOlder'>
  /** Records with an id below this one, the newest of these, oldest first; none at the end. */
  readBefore: (id: number) => Promise<readonly RequestRecord[]>
  /** Receives what was added to the ring, oldest first. */
  onRecords: (records: readonly RequestRecord[]) => void
}

/** Fills a ring that has the newest requests with those before, while newer ones come in. */
export function createOlderRecords({ ring, readBefore, onRecords }: OlderRecordsOptions): OlderRecords {
  let extent: Extent = 'reading'
  let running: Promise<void> | undefined
  const isReading = (): boolean => extent === 'reading'

  /** Adds a page. Returns how far the ring reaches then. */
  function add(page: readonly RequestRecord[], oldest: RequestRecord): Extent {
    // The oldest gave way to newer ones in the meantime: the ring is full.
    if (ring.oldest?.id !== oldest.id || ring.oldest.at !== oldest.at)
      return 'part'
    // A server that was started anew counts from 1 again: its ids are below, but its times above.
    const older = page.filter(({ at }) => at <= oldest.at)
    if (older.length === 0)
      return 'start'
    const added = ring.addOlder(older)
    if (added.length > 0)
      onRecords(added)
    return added.length < older.length ? 'part' : 'reading'
  }

  async function fill(): Promise<void> {
    while (isReading()) {
      const { oldest } = ring
      const page = oldest ? await readBefore(oldest.id) : []
      if (isReading())
        extent = oldest ? add(page, oldest) : 'start'
    }
  }

  return {
    get extent() {
      return extent
    },
    read() {
      running ??= fill().finally(() => running = undefined)
      return running
    },
    reach(reached) {
      extent = reached
    },
  }
}
