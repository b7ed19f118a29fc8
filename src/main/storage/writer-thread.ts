import type { BatchMessage } from './batch-message'
import { parentPort, workerData } from 'node:worker_threads'
import { silentLogger } from '../base/logger'
import { unpackBatch } from './batch-message'
import { openEntryDatabase } from './entry-database'
import { createDirectWriter } from './entry-writer'

/** The data that the thread is started with. */
export interface WriterThreadData { home: string }

// The program of the writer thread: receives batches, and answers each in order with `null` or the
// reason for a failure.
const port = parentPort
if (!port)
  throw new Error('writer-thread is started by createRemoteWriter only')
const database = openEntryDatabase({ home: (workerData as WriterThreadData).home, logger: silentLogger })
const writer = createDirectWriter(database)
port.on('message', (message: BatchMessage | 'close') => {
  if (message === 'close') {
    database.close()
    port.close()
    return
  }
  writer.write(unpackBatch(message), failure => port.postMessage(failure))
})
