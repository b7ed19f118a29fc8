import type { EntryWriter } from './entry-writer'
import type { WriterThreadData } from './writer-thread'
import { Worker } from 'node:worker_threads'
import { packBatch } from './batch-message'

/**
 * Writes on a separate thread, so that the disk never delays a request. If the thread dies, its
 * batch fails, and the next batch starts a new thread.
 *
 * @param options.program file of the built `writer-thread`
 */
export function createRemoteWriter({ program, home }: { program: string, home: string }): EntryWriter {
  let worker: Worker | undefined
  let pending: ((failure: string | null) => void) | undefined

  function settle(failure: string | null): void {
    const done = pending
    pending = undefined
    done?.(failure)
  }

  function start(): Worker {
    const started = new Worker(program, { workerData: { home } satisfies WriterThreadData })
    started.on('message', settle)
    // A thread that failed is no longer used, and its end must not fail the batch of its successor.
    const ended = (why: string): void => {
      if (worker !== started)
        return
      worker = undefined
      settle(why)
    }
    started.on('error', error => ended(error.message))
    started.on('exit', () => ended('the writing thread ended'))
    return started
  }

  return {
    write(batch, done) {
      pending = done
      worker ??= start()
      const message = packBatch(batch)
      worker.postMessage(message, [message.values])
    },
    async close() {
      const closing = worker
      if (!closing)
        return
      const ended = new Promise(resolve => closing.once('exit', resolve))
      closing.postMessage('close')
      await ended
    },
  }
}
