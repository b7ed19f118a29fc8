import type { EntryWriter } from './entry-writer'
import type { PageMessage } from './page-message'
import type { ThreadRequest, WriterThreadData } from './writer-thread'
import { Worker } from 'node:worker_threads'
import { packBatch } from './batch-message'

type Answer = { failure: string | null } | { page: PageMessage }

/**
 * Writes and reads on a separate thread, so that the disk never delays a request. If the thread
 * dies, what it was asked for fails, and the next request starts a new thread.
 *
 * @param options.program file of the built `writer-thread`
 */
export function createRemoteWriter({ program, home }: { program: string, home: string }): EntryWriter {
  let worker: Worker | undefined
  /** Those who wait for an answer, in order. */
  let waiting: ((answer: Answer) => void)[] = []

  function start(): Worker {
    const started = new Worker(program, { workerData: { home } satisfies WriterThreadData })
    started.on('message', (answer: Answer) => waiting.shift()?.(answer))
    // A thread that failed is no longer used, and its end must not fail what its successor does.
    const ended = (failure: string): void => {
      if (worker !== started)
        return
      worker = undefined
      const failed = waiting
      waiting = []
      failed.forEach(answered => answered({ failure }))
    }
    started.on('error', error => ended(error.message))
    started.on('exit', () => ended('the writing thread ended'))
    return started
  }

  function ask(request: ThreadRequest, transfer: ArrayBuffer[], answered: (answer: Answer) => void): void {
    waiting.push(answered)
    worker ??= start()
    worker.postMessage(request, transfer)
  }

  return {
    write(batch, done) {
      const write = packBatch(batch)
      ask({ write }, [write.values], answer => done('failure' in answer ? answer.failure : null))
    },
    read: read => new Promise((resolve, reject) => ask({ read }, [], answer =>
      'page' in answer ? resolve(answer.page) : reject(new Error(answer.failure ?? 'nothing was read')))),
    async close() {
      const closing = worker
      if (!closing)
        return
      const ended = new Promise(resolve => closing.once('exit', resolve))
      closing.postMessage('close' satisfies ThreadRequest)
      await ended
    },
  }
}
