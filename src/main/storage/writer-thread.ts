import type { BatchMessage } from './batch-message'
import type { PageRequest } from './entry-writer'
import { parentPort, workerData } from 'node:worker_threads'
import { messageOf } from '@shared/errors'
import { silentLogger } from '../base/logger'
import { unpackBatch } from './batch-message'
import { openEntryDatabase } from './entry-database'
import { createDirectWriter } from './entry-writer'

/** The data that the thread is started with. */
export interface WriterThreadData { home: string }

/** What the thread is asked to do; each request gets one answer, in order. */
export type ThreadRequest = { write: BatchMessage } | { read: PageRequest } | 'close'

// The program of the thread that writes batches and reads pages of entries.
const port = parentPort
if (!port)
  throw new Error('writer-thread is started by createRemoteWriter only')
const database = openEntryDatabase({ home: (workerData as WriterThreadData).home, logger: silentLogger })
const writer = createDirectWriter(database)
port.on('message', (request: ThreadRequest) => {
  if (request === 'close') {
    database.close()
    port.close()
  }
  else if ('write' in request) {
    writer.write(unpackBatch(request.write), failure => port.postMessage({ failure }))
  }
  else {
    writer.read(request.read).then(
      page => port.postMessage({ page }, [page.numbers.buffer, page.bytes.buffer]),
      (error: unknown) => port.postMessage({ failure: messageOf(error) }),
    )
  }
})
