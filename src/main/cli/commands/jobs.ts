import type { OperationOutput } from '@shared/operations'
import type { CommandContext } from '../command'
import { writeDuration } from '@shared/durations'
import { grouped } from '@shared/grouped'
import { exportFormats, jobKinds } from '@shared/jobs'
import { defineCommand, flag } from '../command'
import { jobIds } from '../completes'
import { localFailure, usageFailure } from '../failure'
import { doneJob, entries, printParts } from '../job-end'
import { table } from '../output'
import { boolean, oneOf, text, ttl } from '../values'
import { cacheArgument, filterDetail, percent, readSelector, selectorFlags } from './entry-words'

type Job = OperationOutput<'jobs.get'>

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
  summary: 'Print the entries of a cache, all or those that a flag chooses, as JSON lines, JSON or CSV.',
  details: [
    'Each JSON line is what a "set" of POST /api/caches/{cache}/batch takes: key, value, content type, what is left of '
    + 'TTL and grace, and tags. Reading them counts as no hit. The server works on it as a job; Ctrl-C cancels it.',
    filterDetail,
  ],
  arguments: [cacheArgument],
  flags: {
    ...selectorFlags,
    percent,
    format: flag('<format>', `${exportFormats.join(', ')}; by default ${exportFormats[0]}.`, oneOf(...exportFormats)),
  },
  examples: [
    'larder export products > products.jsonl',
    'larder export products --format csv > products.csv',
    'larder export products --prefix user: | wc -l',
  ],
  async run({ words: [cache = ''], flags }, context) {
    const { client, output, io } = context
    const chosen = readSelector('export', flags, flags.percent)
    const select = Object.keys(chosen).length === 0 ? {} : { select: [chosen as { prefix: string }] }
    const stopped = io.stopSignal()
    const { id } = await client.call('jobs.start', { kind: 'export', cache, format: flags.format, ...select })
    const job = await doneJob(context, id, stopped)
    await printParts(output, from => client.call('jobs.read', { id, from }))
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
    const job = await doneJob(context, id, stopped)
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

function stateOf({ state, progress }: Job): string {
  return state === 'running' && progress !== null ? `${Math.floor(progress * 100)} %` : state
}

function whatOf({ target, scheduled }: Job): string {
  return scheduled ? `${target}, on schedule` : target
}

function goneOf({ gone }: Job): string {
  return gone === 0 ? '' : `; ${grouped(gone)} ${gone === 1 ? 'is' : 'are'} not held any more`
}

export const jobCommands = [exportEntries, refresh, list, cancel]
