import type { FormatName } from '@shared/formats'
import type { Asker, Conversions } from '../base/conversions'
import type { Disposable } from '../base/disposable'
import type { Timer } from '../base/timer'
import type { Task, TaskOutcome } from './task'
import { Buffer } from 'node:buffer'
import { FormatFault } from '../base/conversions'
import { createTaskThread } from './task-thread'

interface ConversionParts {
  /** File of the built `codec-thread`; without it, the calling thread does everything. */
  program?: string | undefined
  timer: Timer
  /** Bytes of memory for objects that a conversion may take. @default 512 MiB */
  heap?: number
  /** Milliseconds that a conversion may take. @default 30,000 */
  longest?: number
}

/**
 * Bytes up to which a value is converted at once, which takes some milliseconds at worst: 4 kB of
 * JSON can be 400 rows with a name of their own each, a table of 160,000 cells.
 */
const mostHere = 4 * 1024

/** Formats whose size says nothing about the work: a hundred bytes may be millions of rows. */
const packed: ReadonlySet<FormatName> = new Set(['arrow', 'arrow-stream', 'parquet'])

/**
 * Converts small values at once and others on a thread of their own, which is started when it is
 * first needed and ends when it was idle for a while.
 */
export function createConversions({
  program,
  timer,
  heap = 512 * 1024 * 1024,
  longest = 30_000,
}: ConversionParts): Conversions & Disposable {
  const thread = program === undefined ? null : createTaskThread({ program, timer, heap, longest })

  async function run(task: Task, asker?: Asker): Promise<TaskOutcome> {
    const isHeavy = task.bytes.length > mostHere
      || packed.has(task.format)
      || (task.work === 'convert' && packed.has(task.to))
    if (thread !== null && isHeavy)
      return thread.run(task, asker)
    // A start needs none of this.
    const { perform } = await import('./task')
    return perform(task)
  }

  return {
    async convert(bytes, format, to, limit, asker) {
      const outcome = unwrap(await run({ work: 'convert', bytes, format, to, limit }, asker))
      if (!('bytes' in outcome))
        throw new Error('A conversion came back without a value')
      const { buffer, byteOffset, byteLength } = outcome.bytes
      return Buffer.from(buffer, byteOffset, byteLength)
    },
    async check(bytes, format) {
      unwrap(await run({ work: 'check', bytes, format }))
    },
    async formatsOf(bytes, format, asker) {
      const outcome = unwrap(await run({ work: 'formats', bytes, format }, asker))
      return 'formats' in outcome ? outcome.formats : []
    },
    dispose: () => thread?.dispose(),
  }
}

/** Throws what the thread could only describe. */
function unwrap(outcome: TaskOutcome): Exclude<TaskOutcome, { failure: string } | { fault: unknown }> {
  if ('fault' in outcome)
    throw new FormatFault(outcome.fault, outcome.sentence)
  if ('failure' in outcome)
    throw new Error(`A conversion failed: ${outcome.failure}`)
  return outcome
}
