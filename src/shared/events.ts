import { z } from 'zod'
import { entryKinds } from './entry-kinds'
import { JobInfo } from './jobs'
import { removals } from './miss-reasons'
import { namesOf } from './rows'
import { CacheName, RequestRecord, Switch } from './schemas'

const change = z.strictObject({ cache: CacheName })

/**
 * Events that the server sends to subscribers: topic → payload. Server-sent events and IPC share
 * this map.
 */
export const eventTopics = {
  /** The global switch was changed. */
  'switch': Switch,
  /** A cache was created, changed or deleted; the payload is its name. */
  'cache.created': change,
  'cache.updated': change,
  'cache.deleted': change,
  /** A cache has another name now: `cache`. */
  'cache.renamed': z.strictObject({ cache: CacheName, from: CacheName }),
  /**
   * An entry changed. `reason` is why it was removed, `bytes` is the size of its new value, `kind`
   * and `flags` are stored with the value.
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
  /** All entries of a cache were removed at once. */
  'cache.flushed': z.strictObject({ cache: CacheName, matched: z.int() }),
  /**
   * One request of an app was answered, or one was refused: that of nobody who was recognised is
   * told to administrators.
   */
  'request': RequestRecord,
  /** The console read something of its own accord, which `request` does not tell. */
  'console': RequestRecord,
  /** The log was emptied of what its user could see; read it again. */
  'requests.cleared': z.strictObject({}),
  /** Long work began, went on (at most four times a second), or ended in whatever way. */
  'job.started': JobInfo,
  'job.progress': JobInfo,
  'job.ended': JobInfo,
  /**
   * A connection was created, changed or deleted, or its state has changed; read them again. Told
   * to administrators.
   */
  'connections': z.strictObject({}),
  /** API keys, users, settings or snapshots changed; read them again. */
  'keys': z.strictObject({}),
  'users': z.strictObject({}),
  'settings': z.strictObject({}),
  'snapshots': z.strictObject({}),
  /**
   * The reader was too slow and lost this many events; it should read the state again. `requests`
   * counts the lost events of the topic `request` by their result.
   */
  'lagged': z.strictObject({ dropped: z.int(), requests: z.record(z.string(), z.int()) }),
} as const

export type EventTopic = keyof typeof eventTopics
export type EventPayload<T extends EventTopic> = z.output<(typeof eventTopics)[T]>

/**
 * Whether events of the topic come by the thousand, so that they are sent in batches. The others
 * are rare and are sent at once.
 */
export function isBusyTopic(topic: EventTopic): boolean {
  return topic === 'request' || topic === 'console' || topic.startsWith('entry.')
}

/** In place of a user: an event that administrators may see, and nobody else. */
export const administrators = Symbol('administrators')

/** An event to be delivered. If `user` is null, every user may see it. */
export interface LarderEvent<T extends EventTopic = EventTopic> {
  topic: T
  user: string | typeof administrators | null
  payload: EventPayload<T>
}
