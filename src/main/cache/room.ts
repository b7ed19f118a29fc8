import type { PlannedOperations } from './operations'
import type { BatchStep, Cache, WriteOptions } from './ports'
import type { Work } from './work'
import { hasStored, runBatch, valueBytes } from './batch'

interface RoomParts {
  operations: Pick<PlannedOperations, 'wouldStore'>
  /** Operations whose changes are thrown away, and are counted nowhere. */
  rehearsal: () => PlannedOperations
  /** Makes room for so many bytes, with what the entry under the key gives back. */
  makeRoom: (bytes: number, key: string) => Work<void>
  run: (work: Work<void>) => Promise<void> | void
  /** Resolves once the journal takes more; undefined if it does so now. */
  journalRoom: () => Promise<void> | undefined
}

/** Size of a value up to which a write makes its own room: it need not evict many entries. */
const smallValue = 64 * 1024

/** Room for large values before they are written, unless the write would be refused. */
export function createRoom(
  { operations, rehearsal, makeRoom, run, journalRoom }: RoomParts,
): Pick<Cache, 'roomFor' | 'roomForBatch'> {
  function inMemory(bytes: number, key: string, options?: WriteOptions): void | Promise<void> {
    if (bytes > smallValue && operations.wouldStore(key, bytes, options))
      return run(makeRoom(bytes, key))
  }

  function inMemoryForBatch(steps: readonly BatchStep[], atomic: boolean): void | Promise<void> {
    if (valueBytes(steps, () => true) <= smallValue)
      return
    const { results, abortedAt } = runBatch(rehearsal(), steps, atomic)
    const bytes = abortedAt === null ? valueBytes(steps, index => hasStored(results[index])) : 0
    if (bytes > smallValue)
      return run(makeRoom(bytes, ''))
  }

  return {
    roomFor(bytes, key, options) {
      const behind = journalRoom()
      return behind ? behind.then(() => inMemory(bytes, key, options)) : inMemory(bytes, key, options)
    },
    roomForBatch(steps, atomic) {
      const behind = journalRoom()
      return behind ? behind.then(() => inMemoryForBatch(steps, atomic)) : inMemoryForBatch(steps, atomic)
    },
  }
}
