import type { ImportFormat } from '@shared/imports'
import type { JobInfo } from '@shared/jobs'
import type { CommandContext } from '../command'
import { Buffer } from 'node:buffer'
import { resolve } from 'node:path'
import { guessImportFormat } from '@shared/guess-import'
import { importFormatNames, importFormats } from '@shared/imports'
import { namesOf } from '@shared/rows'
import { fileReason } from '../../base/file-reason'
import { askFirst } from '../ask-first'
import { defineCommand, flag } from '../command'
import { cacheNames, connectionNames } from '../completes'
import { localFailure, usageFailure } from '../failure'
import { doneJob } from '../job-end'
import { describeOutcome, requireSound } from '../outcome'
import { oneOf, text } from '../values'
import { loadFlags } from './snapshots'

/** Begins an import, or says what it would do. */
type Start = (dryRun: boolean) => Promise<JobInfo>

const formatList = namesOf(importFormats).map(name => `${name} (${importFormats[name]})`).join(', ')

export const importEntries = defineCommand({
  name: 'import',
  summary: 'Import entries from a file, or from a connection such as a Redis.',
  details: [
    `A file is one of these: ${formatList}. Without --format the ending says it – .csv, .ndjson, `
    + '.jsonl – or the beginning: { for key-value, [ for json. A snapshot is told by its first line.',
    'Everything in a file is checked before anything is changed. At a terminal it says what would happen, and asks first. '
    + 'A script is not asked.',
  ],
  arguments: [{ name: 'file', meaning: 'the file to import', optional: true, completes: 'file' }],
  flags: {
    format: flag('<format>', `${importFormatNames.join(', ')}.`, oneOf(...importFormatNames)),
    cache: flag('<cache>', 'The cache that gets the entries; of a snapshot, only this cache.', text, cacheNames),
    connection: flag('<name>', 'Import from this connection instead of a file.', text, connectionNames),
    prefix: flag('<text>', 'With --connection: only keys that begin with this.', text),
    ...loadFlags,
  },
  examples: [
    'larder import before-release.ndjson',
    'larder import products.csv --cache products --dry-run',
    'larder import store.json --cache products --format key-value',
    'larder import --connection main --cache sessions --prefix sess:',
  ],
  async run({ words: [file], flags }, context) {
    const { format, cache, connection, prefix, mode, dryRun = false, yes: isSure } = flags
    if ((file === undefined) === (connection === undefined))
      throw usageFailure('import needs either a file or --connection')
    if (prefix !== undefined && connection === undefined)
      throw usageFailure('import takes --prefix together with --connection')
    const stopped = context.io.stopSignal()
    const { client } = context
    if (connection !== undefined) {
      if (cache === undefined)
        throw usageFailure('import --connection needs --cache: the cache that gets the entries')
      return await run(context, only =>
        client.call('imports.fetch', { connection, cache, prefix, mode, dryRun: only }), { dryRun, isSure, stopped })
    }
    const { id } = await upload(context, file ?? '', format, cache)
    await run(context, only => client.call('imports.start', { id, mode, dryRun: only }), { dryRun, isSure, stopped })
  },
})

/** At a terminal the plan comes first, and nothing is done unless the person agrees. */
async function run(
  context: CommandContext,
  start: Start,
  { dryRun, isSure, stopped }: { dryRun: boolean, isSure: boolean | undefined, stopped: AbortSignal },
): Promise<void> {
  const outcomeOf = async (only: boolean) => {
    const job = await doneJob(context, (await start(only)).id, stopped)
    return { job, outcome: job.outcome ?? { caches: [], added: 0, replaced: 0, removed: 0, faults: [] } }
  }
  await askFirst(context, isSure || dryRun, async () => {
    const { outcome } = await outcomeOf(true)
    requireSound(outcome)
    return `${describeOutcome(outcome, true)} Go on?`
  })
  const { job, outcome } = await outcomeOf(dryRun)
  if (dryRun)
    requireSound(outcome)
  await context.output.show(job, () => [describeOutcome(outcome, dryRun), ...outcome.faults].join('\n'))
}

/** Sends the file in parts. */
async function upload(
  { client, io }: CommandContext,
  file: string,
  given: ImportFormat | undefined,
  cache: string | undefined,
): Promise<{ id: string }> {
  let begun: { id: string } | undefined
  let at = 0
  for await (const part of partsOf(io, file)) {
    begun ??= await client.call('imports.begin', { format: given ?? formatOf(file, part), cache })
    await client.call('imports.write', { id: begun.id, at, base64: part.toString('base64') })
    at += part.length
  }
  return begun ?? await client.call('imports.begin', { format: given ?? formatOf(file, Buffer.alloc(0)), cache })
}

/** Throws Failure if the file cannot be read. */
async function* partsOf({ readParts, cwd }: CommandContext['io'], file: string): AsyncGenerator<Buffer> {
  try {
    yield* readParts(resolve(cwd, file))
  }
  catch (error) {
    throw localFailure(`${file} cannot be read: ${fileReason(error)}`, error)
  }
}

/** The format of a file by its ending and beginning. Throws Failure (usage) if neither says it. */
function formatOf(file: string, beginning: Buffer): ImportFormat {
  const format = guessImportFormat(file, beginning.subarray(0, 64 * 1024).toString())
  if (format === null)
    throw usageFailure(`import needs --format, because neither ending nor beginning of ${file} says it`)
  return format
}
