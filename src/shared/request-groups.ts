import { z } from 'zod'
import { RequestQuery } from './request-record'
import { namesOf } from './rows'

/** What requests can be grouped by, with what one group is called. */
export const requestGroupings = {
  key: 'Key',
  cache: 'Cache',
  reason: 'Reason',
  apikey: 'API key',
  face: 'Protocol',
} as const
export type RequestGrouping = keyof typeof requestGroupings

export const RequestGroupsQuery = z.strictObject({
  by: z.enum(namesOf(requestGroupings), `must be one of ${namesOf(requestGroupings).join(', ')}`).default('key').meta({
    description: 'Requests that have no such value are left out.',
  }),
  limit: RequestQuery.shape.limit,
  filter: RequestQuery.shape.filter,
})

export const RequestGroup = z.strictObject({
  name: z.string().meta({ description: 'The key, cache, reason, id of the API key, or protocol.' }),
  cache: z.string().nullable().meta({ description: 'The cache of a key; null in other groups.' }),
  requests: z.int(),
  reads: z.int().meta({ description: 'Of them hits, stale hits, misses and what was loaded from a source.' }),
  misses: z.int().meta({ description: 'Also those for which a source was asked, which had it.' }),
  reason: z.string().nullable().meta({ description: 'Why most of the misses missed; null without a miss.' }),
  reasonMisses: z.int().meta({ description: 'Misses for that reason.' }),
  last: z.iso.datetime().meta({ description: 'Time of the newest request.' }),
})
export type RequestGroup = z.output<typeof RequestGroup>

export const RequestGroups = z.strictObject({
  groups: z.array(RequestGroup).meta({ description: 'Those with the most misses first.' }),
  total: z.int().meta({ description: 'Groups, without the limit.' }),
  requests: z.int().meta({ description: 'Requests in all groups together.' }),
  since: z.iso.datetime().nullable().meta({ description: 'How far back the log reaches; null while it is empty.' }),
})
export type RequestGroups = z.output<typeof RequestGroups>
