import type { FormatName } from '@shared/formats'
import type { FaultKind } from '../base/conversions'
import { checkFormat, convert, possibleFormats } from './convert'

/** What is to be done with a value, as it is sent to another thread. */
export type Task =
  | { work: 'convert', bytes: Uint8Array, format: FormatName, to: FormatName, limit: number }
  | { work: 'check' | 'formats', bytes: Uint8Array, format: FormatName }

/** What came of it, or why nothing did. */
export type TaskOutcome =
  | { bytes: Uint8Array }
  | { formats: FormatName[] }
  | { fault: FaultKind, sentence: string }
  | { failure: string }

/** Does it on this thread. Rejects with FormatFault. */
export async function perform(task: Task): Promise<TaskOutcome> {
  switch (task.work) {
    case 'convert': return { bytes: alone(await convert(task.bytes, task.format, task.to, task.limit)) }
    case 'formats': return { formats: await possibleFormats(task.bytes, task.format) }
    case 'check':
      await checkFormat(task.bytes, task.format)
      return { formats: [] }
  }
}

/** Bytes with memory of their own, which can be handed over; `slice` of a Buffer makes no copy. */
function alone(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes)
}
