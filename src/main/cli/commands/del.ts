import type { CommandContext } from '../command'
import { entriesPath, queryOf } from '@shared/data-request'
import { counted, grouped } from '@shared/grouped'
import { spellKey } from '@shared/key-spelling'
import { Invalidated } from '@shared/schemas'
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
): Promise<Invalidated | null> {
  const answer = valueOf(await client.ask({ method: 'DELETE', target: entriesPath(cache) + queryOf(query) }))
  if (answer === undefined)
    return null
  const { data, error } = Invalidated.safeParse(answer)
  if (!data)
    throw strangeAnswer('entries.invalidate', error)
  return data
}

/** What would go; null if nothing does. `asOf` as the deletion takes it. */
async function questionOf(
  context: CommandContext,
  cache: string,
  selector: ReturnType<typeof readSelector>,
): Promise<{ text: string, asOf?: string | undefined } | null> {
  try {
    const { matched = 0, asOf } = await invalidate(context, cache, { ...selector, dryRun: true }) ?? {}
    if (matched === 0)
      return null
    if (!selector.expired)
      return { text: `Delete ${counted(matched, 'entry', 'entries')} from ${cache}?`, asOf }
    const { matched: served = 0 } = await invalidate(context, cache, { filter: 'state:stale', dryRun: true }) ?? {}
    const going = counted(matched, 'expired entry', 'expired entries')
    const grace = served === 1 ? 'its grace' : 'their grace'
    const text = `Delete ${going} from ${cache}? Of these, ${grouped(served)} can still be served within ${grace}.`
    return served === 0 ? null : { text, asOf }
  }
  catch (error) {
    // A key that may write and not read learns no numbers.
    if (error instanceof Failure && error.problem.code === 'out-of-scope')
      return { text: `Delete every entry of ${cache} that --${Object.keys(selector)[0]} chooses?` }
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
    `${asksFirst} A key, --soft and --dry-run need no question, nor does --expired where no entry is still served.`,
  ],
  arguments: [cacheArgument, { ...keyArgument, optional: true }],
  flags: {
    ...selectorFlags,
    expired: flag(null, 'Entries past their TTL, also those still served stale within their grace.', boolean),
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
    let asOf: string | undefined
    if (!soft && !dryRun) {
      await askFirst(context, flags.yes, async () => {
        const question = await questionOf(context, cache, selector)
        asOf = question?.asOf
        return question?.text ?? null
      })
    }
    const query = { ...selector, ...soft && { soft }, ...dryRun && { dryRun }, ...asOf !== undefined && { asOf } }
    const { matched = null } = await invalidate(context, cache, query) ?? {}
    if (matched !== null || output.json)
      await output.show({ matched }, () => String(matched))
    else
      await output.message('Done. This API key may not learn how many entries there were.')
  },
})
