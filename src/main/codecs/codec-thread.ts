import type { Task, TaskOutcome } from './task'
import { parentPort } from 'node:worker_threads'
import { messageOf } from '@shared/errors'
import { FormatFault } from '../base/conversions'
import { perform } from './task'

// The program of the thread that converts large values: receives one task after the other, and
// answers each with its result or the reason why there is none.
const port = parentPort
if (!port)
  throw new Error('codec-thread is started by createConversions only')
port.on('message', (task: Task) => void answer(task))

async function answer(task: Task): Promise<void> {
  const outcome = await perform(task).catch((error: unknown): TaskOutcome => error instanceof FormatFault
    ? { fault: error.kind, sentence: error.message }
    : { failure: messageOf(error) })
  const { buffer } = 'bytes' in outcome ? outcome.bytes : { buffer: null }
  port?.postMessage(outcome, buffer instanceof ArrayBuffer ? [buffer] : [])
}
