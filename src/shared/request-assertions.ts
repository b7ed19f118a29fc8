import { z } from 'zod'
import { RequestList, RequestQuery, RequestRecord } from './request-record'
import { orTimeText } from './written'

const { filter, after, before } = RequestQuery.shape
/** Requests that can be waited for, that an answer shows, and that an export has. */
export const waitedMost = 10_000
export const shownMost = 100
export const exportMost = 10_000

const last = z.int().meta({
  description: 'Id of the newest request of the log. As `after` of the next question it leaves no gap.',
})

export const RequestCountQuery = z.strictObject({ after, filter })
export const RequestCount = z.strictObject({
  count: z.int().meta({ description: 'Requests that match.' }),
  last,
  since: RequestList.shape.since,
  dropped: RequestList.shape.dropped,
  cleared: RequestList.shape.cleared,
})

export const RequestWait = z.strictObject({
  filter,
  count: z.int().min(1).max(waitedMost).default(1).meta({ description: 'So many requests have to match.' }),
  after: z.int().min(0).optional().meta({
    description: 'Also those that were answered before this call and have a larger id. '
      + 'By default only later ones count.',
  }),
  timeout: orTimeText(z.number().min(0.001, 'must be above 0 seconds').max(300, 'must be at most 300 seconds'))
    .default(5)
    .meta({ description: 'Seconds until the answer is 408, with what was seen.' }),
})
export const RequestWaited = z.strictObject({
  count: z.int().meta({ description: 'Requests that matched.' }),
  requests: z.array(RequestRecord).max(shownMost).meta({ description: 'The newest of them, newest last.' }),
  last,
})

export const RequestsCleared = z.strictObject({
  cleared: z.int().meta({ description: 'Requests that are not told any more, the console\'s own reads among them.' }),
})

export const RequestExport = z.strictObject({
  after,
  before,
  limit: z.int().min(1).max(exportMost).default(exportMost).meta({
    description: 'The newest so many; the rest follows with the id of the first line as `before`.',
  }),
  filter,
})
