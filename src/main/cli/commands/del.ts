import type { CommandContext } from '../command'
import { entriesPath, queryOf } from '@shared/data-request'
import { counted } from '@shared/grouped'
import { spellKey } from '@shared/key-spelling'
import { Matched } from '@shared/schemas'
import { askFirst, asksFirst, yes } from '../ask-first'
import { strangeAnswer, valueOf } from '../client'
import { defineCommand, flag } from '../command'
import { Failure, usageFailure } from '../failure'
import { boolean } from '../values'
import { cacheArgument, filterDetail, keyArgument, percent, readKey, readSelector, selectorFlags } from './entry-words'

const choosing = Object.keys(selectorFlags).map(name => `--${name}`)

/** Deletes what the selector chooses. Null where the key may not learn how many these were. */
async function invalidate(
  { client }: CommandContext,
  cache: string,
  query: Readonly<Record<string, string | boolean | undefined>>,
): Promise<number | null> {
  const answer = valueOf(await client.ask({ method: 'DELETE', target: entriesPath(cache) + queryOf(query) }))
  if (answer === undefined)
    return null
  const { data, error } = Matched.safeParse(answer)
  if (!data)
    throw strangeAnswer('entries.invalidate', error)
  return data.matched
}

/** Null if nothing goes. */
async function questionOf(
  context: CommandContext,
  cache: string,
  selector: ReturnType<typeof readSelector>,
): Promise<string | null> {
  try {
    const goes = await invalidate(context, cache, { ...selector, dryRun: true })
    return goes === 0 ? null : `Delete ${counted(goes ?? 0, 'entry', 'entries')} from ${cache}?`
  }
  catch (error) {
    // A key that may write and not read learns no numbers.
    if (error instanceof Failure && error.problem.code === 'out-of-scope')
      return `Delete every entry of ${cache} that --${Object.keys(selector)[0]} chooses?`
    throw error
  }
}

export const del = defineCommand({
  name: 'del',
  summary: 'Delete an entry, or all that a flag chooses.',
  details: [
    `With a key the exit code is 2 if there is no such entry. With ${choosing.join(', ')} or --expired, of which one may be `
    + 'given, the number of entries is printed. larder flush deletes all entries of a cache.',
    filterDetail,
    `${asksFirst} A key, expired entries, --soft and --dry-run need no question.`,
  ],
  arguments: [cacheArgument, { ...keyArgument, optional: true }],
  flags: {
    ...selectorFlags,
    expired: flag(null, 'Entries that have expired.', boolean),
    soft: flag(null, 'Mark them stale instead of deleting them.', boolean),
    dryRun: flag(null, 'Only count them.', boolean),
    percent,
    yes,
  },
  examples: [
    'larder del default greeting',
    'larder del products --tag sale',
    'larder del products --glob "user:*:cart" --dry-run',
    'larder del products --filter "tag:shoes size>10kB ttl<1m"',
  ],
  async run({ words: [cache = '', word], flags }, context) {
    const { output, client } = context
    const { soft, dryRun } = flags
    const selector = readSelector('del', flags, flags.percent)
    const [chosen] = Object.keys(selector)
    if (word !== undefined && chosen !== undefined)
      throw usageFailure(`del takes either a key or --${chosen}, not both: the key is ${word}`)
    if (word === undefined && chosen === undefined)
      throw usageFailure(`del needs <key>, or one of ${choosing.join(', ')} and --expired`)
    if (word !== undefined && (soft || dryRun))
      throw usageFailure(`${soft ? '--soft' : '--dry-run'} works only with ${choosing.join(', ')} or --expired`)
    if (word !== undefined) {
      const key = readKey(word, flags.percent)
      await client.entry({ method: 'DELETE', cache, key })
      return await output.message(`Deleted ${spellKey(key)} from ${cache}.`)
    }
    if (!soft && !dryRun && !selector.expired)
      await askFirst(context, flags.yes, () => questionOf(context, cache, selector))
    const matched = await invalidate(context, cache, { ...selector, ...soft && { soft }, ...dryRun && { dryRun } })
    if (matched !== null || output.json)
      await output.show({ matched }, () => String(matched))
    else
      await output.message('Done. This API key may not learn how many entries there were.')
  },
})
