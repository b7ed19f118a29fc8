import type { EntryWriter } from './entry-writer'
import type { WriterThreadData } from './writer-thread'
import { Worker } from 'node:worker_threads'
import { packBatch } from './batch-message'

/**
 * Writes on a thread of its own, so that the disk never holds up a request. A thread that dies
 * fails its batch and is started anew with the next one.
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
    // A thread that failed is of no more use, and its end must not fail the batch of the one after
    // it.
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
