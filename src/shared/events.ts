import { z } from 'zod'
import { entryKinds } from './entry-kinds'
import { removals } from './miss-reasons'
import { namesOf } from './rows'
import { CacheName, RequestRecord, Switch } from './schemas'

const change = z.strictObject({ cache: CacheName })

/**
 * What the server tells those who watch: topic → payload. One map for server-sent events and IPC.
 */
export const eventTopics = {
  /** The global switch moved. */
  'switch': Switch,
  /** A cache was created, changed or deleted, by its name. */
  'cache.created': change,
  'cache.updated': change,
  'cache.deleted': change,
  /**
   * An entry changed. `reason` tells why it went, `bytes` how large its value is now, `kind` and
   * `flags` what else is stored with it.
   */
  'entry.set': z.strictObject({
    cache: CacheName,
    key: z.string(),
    kind: z.enum(entryKinds),
    flags: z.int(),
    bytes: z.int(),
  }),
  'entry.touched': z.strictObject({ cache: CacheName, key: z.string() }),
  'entry.removed': z.strictObject({ cache: CacheName, key: z.string(), reason: z.enum(namesOf(removals)) }),
  /** All entries of a cache went at once. */
  'cache.flushed': z.strictObject({ cache: CacheName, matched: z.int() }),
  /**
   * One request of an app was answered, or one was refused: that of nobody who was recognised is
   * told to administrators.
   */
  'request': RequestRecord,
  /** The console read something of its own accord, which `request` does not tell. */
  'console': RequestRecord,
  /** API keys, users or settings changed; read them again. */
  'keys': z.strictObject({}),
  'users': z.strictObject({}),
  'settings': z.strictObject({}),
  /**
   * The reader was too slow and lost this many events; read the state again. `requests` counts
   * those of the topic `request` by their result.
   */
  'lagged': z.strictObject({ dropped: z.int(), requests: z.record(z.string(), z.int()) }),
} as const

export type EventTopic = keyof typeof eventTopics
export type EventPayload<T extends EventTopic> = z.output<(typeof eventTopics)[T]>

/** Topics that come by the thousand: they are gathered. The others are rare and go out at once. */
export function isBusyTopic(topic: EventTopic): boolean {
  return topic === 'request' || topic === 'console' || topic.startsWith('entry.')
}

/** In place of a user: an event that administrators may see, and nobody else. */
export const administrators = Symbol('administrators')

/** An event on its way: `user` null means that every user may see it. */
export interface LarderEvent<T extends EventTopic = EventTopic> {
  topic: T
  user: string | typeof administrators | null
  payload: EventPayload<T>
}
