import type { OperationInput, OperationOutput } from '@shared/operations'
import type { CommandContext } from '../command'
import { waitedMost } from '@shared/request-assertions'
import { flag } from '../command'
import { Failure } from '../failure'
import { duration, wholeNumber } from '../values'
import { requestLine } from './watch'

export const waitFlags = {
  count: flag('<number>', 'So many have to match; by default 1.', wholeNumber(1, waitedMost)),
  for: flag('<time>', 'Wait at most so long, such as 30s; by default 5s.', duration),
}

interface Wanted extends Pick<OperationInput<'requests.wait'>, 'filter' | 'count' | 'after'> {
  /** Seconds. */
  for?: number
}

/** Seconds of one question: a connection on which nothing comes for longer is taken for dead. */
const patience = 25

/** Waits in several questions, without a gap between them, and prints what came. */
export async function waitFor(
  { filter, count, after, for: most = 5 }: Wanted,
  { client, output, stopwatch }: CommandContext,
): Promise<void> {
  const from = after ?? (await client.call('requests.count', { after: Number.MAX_SAFE_INTEGER })).last
  const end = stopwatch.now() + most * 1000
  const found = await ask()
  await output.show(found, () => found.requests.map(requestLine).join('\n'))

  async function ask(): Promise<OperationOutput<'requests.wait'>> {
    for (;;) {
      const left = (end - stopwatch.now()) / 1000
      try {
        const timeout = Math.min(patience, Math.max(left, 0.001))
        return await client.call('requests.wait', { filter, count, after: from, timeout })
      }
      catch (error) {
        if (!(error instanceof Failure && error.problem.code === 'wait-timeout') || left <= patience)
          throw error
      }
    }
  }
}
