import type { OperationInput } from '@shared/operations'
import { loadModes } from '@shared/snapshots'
import { askBefore } from '../ask-before'
import { asksFirst, yes } from '../ask-first'
import { defineCommand, flag } from '../command'
import { cacheNames, snapshotNames } from '../completes'
import { doneJob, entries, printParts } from '../job-end'
import { describeOutcome, requireSound } from '../outcome'
import { table } from '../output'
import { boolean, oneOf, text } from '../values'

const nameArgument = { name: 'name', meaning: 'the name of a snapshot', completes: snapshotNames }
const onlyCache = flag('<cache>', 'Only this cache; by default all.', text, cacheNames)
/** How entries are loaded, from a snapshot or from elsewhere. */
export const loadFlags = {
  mode: flag(
    '<mode>',
    'merge: entries with other keys stay. replace: they go, once everything has been loaded. By default merge.',
    oneOf(...loadModes),
  ),
  dryRun: flag(null, 'Only say what would happen.', boolean),
  yes,
}

const list = defineCommand({
  name: 'snapshot list',
  summary: 'List your snapshots.',
  examples: ['larder snapshot list'],
  async run(_, { client, output }) {
    const snapshots = await client.call('snapshots.list', {})
    await output.show(snapshots, () => table(
      ['NAME', 'BYTES', 'SAVED', 'CACHES'],
      snapshots.map(({ name, bytes, savedAt, caches, fault }) => [name, bytes, savedAt, fault ?? caches.join(', ')]),
    ))
  },
})

const save = defineCommand({
  name: 'snapshot save',
  summary: 'Save the entries of a cache, or of all, under a name.',
  details: [
    'A snapshot has settings and entries as JSON lines, in the order of their keys, so that two of them can be compared. '
    + 'Saving does not count as a read. The server works on it as a job; Ctrl-C cancels it.',
  ],
  arguments: [{ name: 'name', meaning: 'the name of the snapshot' }],
  flags: { cache: onlyCache, replace: flag(null, 'Take the place of a snapshot that has this name.', boolean), yes },
  examples: ['larder snapshot save before-release', 'larder snapshot save products --cache products --replace'],
  async run({ words: [name = ''], flags: { cache, replace, yes: isSure } }, context) {
    const { client, output, io } = context
    const input = await askBefore(context, 'snapshots.save', { name, cache, replace }, isSure)
    const stopped = io.stopSignal()
    const { id } = await client.call('snapshots.save', input)
    const job = await doneJob(context, id, stopped)
    await output.show(job, () => `Saved ${entries(job.matched)} as ${name}.`)
  },
})

const load = defineCommand({
  name: 'snapshot load',
  summary: 'Load a snapshot: make caches that are missing, and store its entries.',
  details: [
    'Everything is checked before anything is changed. Existing caches keep their settings, and their sources are '
    + 'told nothing.',
    'With --mode replace it asks first at a terminal. A script is not asked, and neither is anybody who merges; --dry-run says '
    + 'what either would do.',
  ],
  arguments: [nameArgument],
  flags: { cache: onlyCache, ...loadFlags },
  examples: ['larder snapshot load before-release', 'larder snapshot load before-release --mode replace --dry-run'],
  async run({ words: [name = ''], flags: { yes: isSure, ...flags } }, context) {
    const { client, output, io } = context
    const given: OperationInput<'snapshots.load'> = { name, ...flags }
    const input = await askBefore(context, 'snapshots.load', given, isSure)
    const stopped = io.stopSignal()
    const { id } = await client.call('snapshots.load', input)
    const job = await doneJob(context, id, stopped)
    const { outcome } = job
    if (outcome !== null)
      requireSound(outcome)
    await output.show(job, () => outcome === null ? '' : describeOutcome(outcome, flags.dryRun === true))
  },
})

const remove = defineCommand({
  name: 'snapshot delete',
  summary: 'Delete a snapshot.',
  details: [asksFirst],
  arguments: [nameArgument],
  flags: { yes },
  examples: ['larder snapshot delete before-release'],
  async run({ words: [name = ''], flags }, context) {
    await context.client.call('snapshots.delete', await askBefore(context, 'snapshots.delete', { name }, flags.yes))
    await context.output.message(`Deleted the snapshot ${name}.`)
  },
})

const diff = defineCommand({
  name: 'snapshot diff',
  summary: 'Print the lines in which two snapshots differ.',
  details: [
    'Lines of the first begin with -, lines of the second with +. Time that has passed between them does not count, '
    + 'unless --times is given.',
  ],
  arguments: [nameArgument, { name: 'other', meaning: 'the name of the other snapshot', completes: snapshotNames }],
  flags: { times: flag(null, 'Also entries whose remaining TTL or grace alone differs.', boolean) },
  examples: ['larder snapshot diff before-release after-release'],
  async run({ words: [a = '', b = ''], flags: { times } }, context) {
    const { client, output, io } = context
    const stopped = io.stopSignal()
    const { id } = await client.call('snapshots.diff', { a, b, times })
    const { outcome } = await doneJob(context, id, stopped)
    await printParts(output, from => client.call('jobs.read', { id, from }))
    if (outcome !== null)
      await output.message(`${entries(outcome.added)} more, ${outcome.removed} less, ${outcome.replaced} changed.`)
  },
})

const print = defineCommand({
  name: 'snapshot print',
  summary: 'Print the file of a snapshot.',
  details: ['Another Larder takes it: larder import, or --seed at its start.'],
  arguments: [nameArgument],
  examples: ['larder snapshot print before-release > before-release.ndjson'],
  run: async ({ words: [name = ''] }, { client, output }) =>
    await printParts(output, from => client.call('snapshots.read', { name, from })),
})

export const snapshotCommands = [list, save, load, remove, diff, print]
