import type { OperationOutput } from '@shared/operations'
import type { CommandContext } from './command'
import type { Output } from './output'
import { Buffer } from 'node:buffer'
import { setTimeout as sleep } from 'node:timers/promises'
import { counted, grouped } from '@shared/grouped'
import { jobKinds } from '@shared/jobs'
import { localFailure } from './failure'

type Job = OperationOutput<'jobs.get'>

/** Milliseconds between two looks at a job, and between two lines about it. */
const lookEvery = 200
const tellEvery = 5000

/** The job when it is done. Throws Failure that says why it is not. */
export async function doneJob(context: CommandContext, id: string, stopped: AbortSignal): Promise<Job> {
  const job = await whenEnded(context, id, stopped)
  if (job.state !== 'done')
    throw localFailure(job.detail ?? `${jobKinds[job.kind].doing} did not come to its end.`)
  return job
}

/** Looks at the job until it has ended; cancels it when the signal aborts. */
async function whenEnded(
  { client, output, stopwatch }: CommandContext,
  id: string,
  stopped: AbortSignal,
): Promise<Job> {
  let told = stopwatch.now()
  for (;;) {
    const job = stopped.aborted ? await client.call('jobs.cancel', { id }) : await client.call('jobs.get', { id })
    if (job.state !== 'running')
      return job
    if (stopwatch.now() - told >= tellEvery) {
      told = stopwatch.now()
      const rest = job.secondsLeft === null ? '' : `, about ${grouped(Math.ceil(job.secondsLeft))} s left`
      await output.message(`${jobKinds[job.kind].doing} … ${entries(job.matched)} so far${rest}`)
    }
    // An abort only ends the wait; the next look deals with it.
    await sleep(lookEvery, undefined, { signal: stopped }).catch((error: unknown) => {
      if (!stopped.aborted)
        throw error
    })
  }
}

/** Prints a file that the server hands out in parts. */
export async function printParts(
  output: Output,
  read: (from: number) => Promise<OperationOutput<'jobs.read'>>,
): Promise<void> {
  for (let from: number | null = 0; from !== null;) {
    const part = await read(from)
    await output.raw(Buffer.from(part.text))
    from = part.next
  }
}

export function entries(count: number): string {
  return counted(count, 'entry', 'entries')
}
