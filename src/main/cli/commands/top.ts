import type { RequestGroup } from '@shared/request-groups'
import { spellKey } from '@shared/key-spelling'
import { requestGroupings } from '@shared/request-groups'
import { namesOf } from '@shared/rows'
import { defineCommand, flag } from '../command'
import { table } from '../output'
import { oneOf, wholeNumber } from '../values'
import { readRequestFilter, requestArgument, requestDetail } from './request-words'

const fields = namesOf(requestGroupings)

function row({ name, cache, requests, reads, misses, reason, reasonMisses }: RequestGroup): (string | number | null)[] {
  const why = reason === null ? null : reasonMisses === misses ? reason : `${reason} (${reasonMisses})`
  return [misses, reads, requests, why, ...cache === null ? [] : [cache], spellKey(name)]
}

export const top = defineCommand({
  name: 'top',
  summary: 'Show which keys miss most, and why: the requests in the log, grouped.',
  details: [
    'A row has misses, reads, all requests, the reason of most misses, and the key with its cache, or what else is grouped by. '
    + 'It counts what the request log holds; a line on stderr says since when.',
    requestDetail,
  ],
  arguments: [requestArgument],
  flags: {
    by: flag('<field>', `Group by ${fields.join(', ')}; by default key.`, oneOf(...fields)),
    limit: flag('<number>', 'Groups to show; by default 20.', wholeNumber(1, 1000)),
  },
  examples: ['larder top', 'larder top cache:products', 'larder top --by reason "time>=2026-01-31T23:15:00Z"'],
  async run({ words, flags }, { client, output }) {
    const { by = 'key', limit = 20 } = flags
    const { filter } = readRequestFilter(words)
    const found = await client.call('requests.groups', { by, limit, filter })
    const heads = ['misses', 'reads', 'requests', 'mostly', ...by === 'key' ? ['cache'] : [], by]
    await output.show(found, () => table(heads, found.groups.map(row)))
    await output.message(found.since === null ? 'The log is empty.' : `Since ${found.since}, ${found.total} in all.`)
  },
})
