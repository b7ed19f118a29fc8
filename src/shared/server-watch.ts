import { z } from 'zod'
import { connectionStates } from './connections/states'
import './without-eval'

/** What can be wrong with a server as a whole. */
export const watchedParts = ['loop', 'memory', 'disk', 'stores', 'connections'] as const

const bytes = (description: string) => z.int().min(0).meta({ description })
const seconds = (description: string) => z.number().min(0).meta({ description })

export const ServerWatch = z.strictObject({
  loop: z.strictObject({
    p99: seconds('Seconds by which the event loop was late, 99th percentile.'),
    max: seconds('The most.'),
  }).meta({ description: 'Of about the last minute.' }),
  memory: z.strictObject({
    rss: bytes('Bytes of memory of the process.'),
    expected: bytes('The most that it should hold with this budget: one and a half times as much, and 150 MB.'),
    used: bytes('Bytes of all entries and their overhead.'),
    budget: bytes('Budget for them.'),
  }),
  disk: z.strictObject({ free: bytes('Bytes that are left.'), size: bytes('Bytes in all.') })
    .nullable()
    .meta({ description: 'The disk of the data folder; null if the system does not tell.' }),
  files: z.strictObject({ databases: bytes('Bytes, with their write-ahead logs.'), log: bytes('Bytes.') })
    .nullable()
    .meta({ description: 'Files in the data folder.' }),
  stores: z.record(z.string(), z.enum(['ok', 'failing'])),
  connections: z.array(z.strictObject({ name: z.string(), driver: z.string(), state: z.enum(connectionStates) })),
  troubles: z.array(z.strictObject({
    part: z.enum(watchedParts),
    severe: z.boolean().meta({ description: 'Whether something no longer works; false: it soon may not.' }),
    sentence: z.string(),
  })).meta({ description: 'What is wrong now; empty while all is well.' }),
})
export type ServerWatch = z.output<typeof ServerWatch>
export type WatchTrouble = ServerWatch['troubles'][number]
/** How late the event loop was, in seconds. */
export type RecentDelay = ServerWatch['loop']
