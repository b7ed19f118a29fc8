import { z } from 'zod'
import { faceNames } from './faces'
import { filterLimit } from './filter/language'
import { grouped } from './grouped'
import { requestResultNames, senders } from './request-results'
import { namesOf } from './rows'
import './without-eval'

export const RequestRecord = z.strictObject({
  id: z.int(),
  at: z.iso.datetime(),
  face: z.enum(faceNames).nullable().meta({
    description: 'The protocol it came by; null if it was refused before that was known, or was no request of an app.',
  }),
  from: z.enum(namesOf(senders)).meta({
    description: 'console: sent with a session or the control token, and not as an app would (Larder-As: app).',
  }),
  method: z.string().meta({ description: 'Empty if the message was too broken to tell.' }),
  path: z.string().meta({ description: 'Path without its query.' }),
  operation: z.string().nullable(),
  cache: z.string().nullable(),
  key: z.string().nullable().meta({ description: 'Entry key, cut at 256 characters.' }),
  status: z.int(),
  result: z.string().meta({ description: `One of ${requestResultNames.join(', ')}.` }),
  reason: z.string().nullable().meta({ description: 'Why it missed, or the code of the error.' }),
  detail: z.string().nullable().meta({
    description: 'The sentence that the client got with an error, with the field, cut at 512 characters.',
  }),
  marks: z.array(z.string()).meta({ description: 'What was done to it on its way; mostly nothing.' }),
  duration: z.number().meta({ description: 'Microseconds.' }),
  requestBytes: z.int(),
  responseBytes: z.int(),
  keyId: z.string().nullable(),
  ttl: z.number().nullable().meta({
    description: 'Seconds for which its entry stays fresh from then on: what a hit left, or what was stored or given by a touch. '
      + 'Negative in a stale hit, unless only its backend is away (reason backend-down); null where there is none.',
  }),
})
export type RequestRecord = z.output<typeof RequestRecord>
export const RequestList = z.strictObject({
  total: z.int().meta({ description: 'Requests that match, between after and before, without the limit.' }),
  requests: z.array(RequestRecord),
  since: z.iso.datetime().nullable().meta({
    description: 'How far back the log reaches: every request of an app since then is in it. Null while there is none.',
  }),
  dropped: z.int().meta({
    description: 'Older requests, of all users, that the log let go to make room; 0: it reaches back to the start.',
  }),
  cleared: z.iso.datetime().optional().meta({
    description: 'When you emptied the log, if you have: it tells nothing of before.',
  }),
  own: z.int().meta({
    description: 'Reads of the console by itself that the log has: a filter without a term about `from` leaves them out.',
  }),
})
export type RequestList = z.output<typeof RequestList>
export const RequestQuery = z.strictObject({
  after: z.int().min(0).default(0).meta({ description: 'Only records with a larger id.' }),
  before: z.int().min(1).optional().meta({
    description: 'Only records with a smaller id: the page before one whose first record has this id.',
  }),
  limit: z.int().min(1).max(1000).default(100),
  filter: z.string()
    .max(filterLimit, `must be at most ${grouped(filterLimit)} characters`)
    .default('')
    .meta({
      description: 'Only requests that match: result:miss key:user:* status>=400 -cache:sessions "free text".',
      examples: ['result:miss,stale cache:products duration>5ms'],
    }),
})
