import type { EntryInfo, EntryPage } from '@shared/entries'
import type { CliClient } from '../client'
import { entriesPath, queryOf } from '@shared/data-request'
import { entryOrders, EntryPage as EntryPageSchema, entrySorts } from '@shared/entries'
import { spellKey } from '@shared/key-spelling'
import { limits } from '@shared/limits'
import { strangeAnswer, valueOf } from '../client'
import { defineCommand, flag } from '../command'
import { exitCodes, Failure, missingFailure } from '../failure'
import { formatCell } from '../output'
import { boolean, oneOf, wholeNumber } from '../values'
import { cacheArgument, filterDetail, readSelector, selectorFlags, writeKey } from './entry-words'
import { keyCommands } from './keys'

type Query = Readonly<Record<string, string | boolean | undefined>>

/** Page after page of at most so many entries in all. */
async function* pagesOf(client: CliClient, cache: string, query: Query, most: number): AsyncGenerator<EntryInfo[]> {
  let left = most
  let cursor: string | null | undefined
  while (cursor !== null && left > 0) {
    const limit = Math.min(left, limits.pageSize)
    const page = await readPage(client, entriesPath(cache) + queryOf({ ...query, limit, cursor }))
    yield page.entries
    left -= page.entries.length
    cursor = page.cursor
  }
}

async function readPage(client: CliClient, target: string): Promise<EntryPage> {
  const { data, error } = EntryPageSchema.safeParse(valueOf(await client.ask({ method: 'GET', target })))
  if (!data)
    throw strangeAnswer('entries.list', error)
  return data
}

const heading = ['BYTES', 'TTL', 'HITS', 'KEY'] as const

/** The key stands last, as only its length is unknown before the last page. */
function line([bytes, ttl, hits, key]: readonly [string, string, string, string]): string {
  return `${bytes.padStart(11)}  ${ttl.padStart(9)}  ${hits.padStart(9)}  ${key}`
}

/** Whole seconds left; a dash where there is no end. */
function left({ ttl, state }: EntryInfo): string {
  return state === 'stale' ? state : formatCell(ttl === null ? null : Math.round(ttl))
}

export const keys = defineCommand({
  name: 'keys',
  summary: 'List the keys of a cache with size, remaining seconds and hits.',
  details: [
    'A terminal gets a heading. With --json each entry is a JSON object on a line of its own.',
    filterDetail,
    'This lists the keys of entries. For API keys: larder key list.',
  ],
  arguments: [cacheArgument],
  flags: {
    ...selectorFlags,
    sort: flag('<by>', `Order by ${entrySorts.join(', ')}; by default ${entrySorts[0]}.`, oneOf(...entrySorts)),
    order: flag('<direction>', `${entryOrders.join(' or ')}; by default ${entryOrders[0]}.`, oneOf(...entryOrders)),
    limit: flag('<number>', 'Entries to list; by default all.', wholeNumber(1, Number.MAX_SAFE_INTEGER)),
    percent: flag(null, 'Keys are percent-encoded, as larder get --percent takes them.', boolean),
  },
  examples: [
    'larder keys default',
    'larder keys default --prefix user: --sort size --order desc --limit 20',
    'larder keys products --filter "tag:shoes size>10kB ttl<1m"',
    'larder keys default --json | head',
  ],
  async run({ words: [cache = ''], flags }, { client, output, io }) {
    const { sort, order, limit = Infinity } = flags
    const query = { ...readSelector('keys', flags, flags.percent), sort, order }
    const show = flags.percent ? writeKey : spellKey
    let needsHeading = io.stdout.isTTY && !output.json
    try {
      for await (const entries of pagesOf(client, cache, query, limit)) {
        if (needsHeading)
          await output.text(output.heading(line(heading)))
        needsHeading = false
        await output.lines(entries, entry =>
          line([formatCell(entry.bytes), left(entry), formatCell(entry.hits), show(entry.key)]))
      }
    }
    catch (error) {
      throw hinted(error, cache)
    }
  },
})

/** `keys list` asks for a cache called `list`; without one, the list of API keys may be meant. */
function hinted(error: unknown, cache: string): unknown {
  const meant = keyCommands.find(({ name }) => name === `key ${cache}`)
  return meant && error instanceof Failure && error.exitCode === exitCodes.notFound
    ? missingFailure(`${error.message} For API keys: larder ${meant.name}`, error.problem.code)
    : error
}
