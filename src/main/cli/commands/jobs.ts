import type { OperationOutput } from '@shared/operations'
import type { CliClient } from '../client'
import type { CommandContext } from '../command'
import { Buffer } from 'node:buffer'
import { setTimeout as sleep } from 'node:timers/promises'
import { writeDuration } from '@shared/durations'
import { counted, grouped } from '@shared/grouped'
import { jobKinds } from '@shared/jobs'
import { defineCommand, flag } from '../command'
import { jobIds } from '../completes'
import { localFailure, usageFailure } from '../failure'
import { table } from '../output'
import { boolean, text, ttl } from '../values'
import { cacheArgument, filterDetail, percent, readSelector, selectorFlags } from './entry-words'

type Job = OperationOutput<'jobs.get'>

/** Milliseconds between two looks at a job, and between two lines about it. */
const lookEvery = 200
const tellEvery = 5000

const list = defineCommand({
  name: 'jobs',
  summary: 'List the long work on your caches: what runs, and the last that ended.',
  details: ['Bulk deletions and exports are jobs, whoever began them: the console, the command line or an app.'],
  examples: ['larder jobs'],
  async run(_, { client, output }) {
    const jobs = await client.call('jobs.list', {})
    await output.show(jobs, () => table(
      ['ID', 'JOB', 'CACHE', 'ENTRIES', 'STATE', 'SECONDS LEFT', 'WHAT'],
      jobs.map(job => [job.id, job.kind, job.cache, job.matched, stateOf(job), job.secondsLeft, whatOf(job)]),
    ))
  },
})

const cancel = defineCommand({
  name: 'jobs cancel',
  summary: 'End a job; what it has done stays done.',
  arguments: [{ name: 'id', meaning: 'the id of a job; larder jobs shows it', completes: jobIds }],
  examples: ['larder jobs cancel 4fTq0c2W9xYz'],
  async run({ words: [id = ''] }, { client, output }) {
    const job = await client.call('jobs.cancel', { id })
    const { kind, state, matched } = job
    await output.show(job, () => state === 'cancelled'
      ? `Cancelled. ${jobKinds[kind].done} ${entries(matched)} before that.`
      : `This job had ended before: ${state}, ${entries(matched)}.`)
  },
})

const exportEntries = defineCommand({
  name: 'export',
  summary: 'Print the entries of a cache as JSON lines, all or those that a flag chooses.',
  details: [
    'Each line is what a "set" of POST /api/caches/{cache}/batch takes: key, value, content type, what is left of TTL and '
    + 'grace, and tags. Reading them counts as no hit. The server works on it as a job; Ctrl-C cancels it.',
    filterDetail,
  ],
  arguments: [cacheArgument],
  flags: { ...selectorFlags, percent },
  examples: ['larder export products > products.jsonl', 'larder export products --prefix user: | wc -l'],
  async run({ words: [cache = ''], flags }, context) {
    const { client, output, io } = context
    const chosen = readSelector('export', flags, flags.percent)
    const select = Object.keys(chosen).length === 0 ? {} : { select: [chosen as { prefix: string }] }
    const stopped = io.stopSignal()
    const { id } = await client.call('jobs.start', { kind: 'export', cache, ...select })
    const job = await whenEnded(context, id, stopped)
    if (job.state !== 'done')
      throw localFailure(job.detail ?? 'The export did not come to its end.')
    for await (const text of partsOf(client, id))
      await output.raw(Buffer.from(text))
    await output.message(`Exported ${entries(job.matched)}.`)
  },
})

const refresh = defineCommand({
  name: 'refresh',
  summary: 'Load the entries of a cache anew from its source, now or every so often.',
  details: [
    'Keys that are gone at the source go, and what it does not let be held. The server works on it as a job; Ctrl-C cancels it.',
    'With --every the server begins it by itself from then on, and nothing is loaded now.',
  ],
  arguments: [cacheArgument],
  flags: {
    listed: flag(null, 'Every key that the source lists, and those held; without it those held.', boolean),
    prefix: flag('<text>', 'With --listed: only keys of the cache that begin with this.', text),
    every: flag('<time>', 'Refresh what is held by itself: 90, 90s, 15m, 2h, 7d, or none to end that.', ttl),
  },
  examples: [
    'larder refresh products',
    'larder refresh products --listed --prefix user:',
    'larder refresh products --every 5m',
  ],
  async run({ words: [name = ''], flags: { listed = false, prefix, every } }, context) {
    if (every !== undefined) {
      if (listed || prefix !== undefined)
        throw usageFailure('refresh takes --every alone, because it loads what is held')
      return await schedule(name, every, context)
    }
    const stopped = context.io.stopSignal()
    const { id } = await context.client.call('caches.refresh', { name, what: listed ? 'source' : 'held', prefix })
    const job = await whenEnded(context, id, stopped)
    if (job.state !== 'done')
      throw localFailure(job.detail ?? 'The refresh did not come to its end.')
    await context.output.show(job, () => `${jobKinds[job.kind].done} ${entries(job.matched)}${goneOf(job)}.`)
  },
})

/** @param every seconds; null = never */
async function schedule(name: string, every: number | null, { client, output }: CommandContext): Promise<void> {
  const { source } = await client.call('caches.get', { name })
  if (source === null)
    throw localFailure(`The cache ${name} has no source from which to refresh it.`)
  const refresh = every === null ? null : { every }
  const updated = await client.call('caches.update', { name, source: { ...source, refresh } })
  await output.show(updated, () => every === null
    ? `${name} is not refreshed by itself any more.`
    : `${name} is refreshed every ${writeDuration(every)} from now on.`)
}

async function* partsOf(client: CliClient, id: string): AsyncGenerator<string> {
  for (let from: number | null = 0; from !== null;) {
    const part: OperationOutput<'jobs.read'> = await client.call('jobs.read', { id, from })
    yield part.text
    from = part.next
  }
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

function stateOf({ state, progress }: Job): string {
  return state === 'running' && progress !== null ? `${Math.floor(progress * 100)} %` : state
}

function whatOf({ target, scheduled }: Job): string {
  return scheduled ? `${target}, on schedule` : target
}

function goneOf({ gone }: Job): string {
  return gone === 0 ? '' : `; ${grouped(gone)} ${gone === 1 ? 'is' : 'are'} not held any more`
}

function entries(count: number): string {
  return counted(count, 'entry', 'entries')
}

export const jobCommands = [exportEntries, refresh, list, cancel]
