import type { Document } from 'bson'
import type { RealClock } from '../../base/clock'
import type { MongodbClient } from './client'
import { hasPrefix } from '@shared/entry-key'
import { Long } from 'bson'
import { SourceError } from '../../serving/sources/source'
import { CommandError, pageOf } from './answers'
import { nameOfKey, textAfter } from './keys'

interface DocumentsParts {
  client: Pick<MongodbClient, 'run'>
  database: string
  collection: string
  keyField: string
  /** How many servers must have a write; undefined = as the server says. */
  w: string | undefined
  clock: Pick<RealClock, 'wall'>
}

/** What a write found: nothing, a document whose end had come, or one that lives. */
type Found = 'nothing' | 'ended' | 'living'

/** The documents of a collection. MongoDB deletes those whose end has come a minute late. */
export interface Documents {
  readonly keyField: string
  run: (command: Document, signal: AbortSignal) => Promise<Document>
  /** The living documents of a key, which may be written as any of these values. */
  find: (key: string, values: readonly unknown[], signal: AbortSignal) => Promise<Document[]>
  /** Puts it in place of the document that meets the conditions, or adds it. */
  put: (where: Document, document: Document, signal: AbortSignal) => Promise<Found>
  /**
   * The same without adding one. Resolves to `nothing` if no document meets the conditions.
   *
   * @param document null = remove
   */
  change: (where: Document, document: Document | null, signal: AbortSignal) => Promise<Found>
  /**
   * Gives the living document that meets the conditions another life, and leaves it as it is.
   *
   * @param life seconds; null = for ever
   */
  touch: (where: Document, life: number | null, signal: AbortSignal) => Promise<Found>
  /** Adds a document where none of its key lives. Resolves to whether it did. */
  add: (document: Document, signal: AbortSignal) => Promise<boolean>
  /** The keys that begin with the prefix, in pieces. */
  keys: (prefix: string, types: readonly string[], signal: AbortSignal) => AsyncGenerator<readonly string[]>
  /** Seconds that are left; null: for ever. */
  lifeOf: (document: Document) => number | null
  /** The field for a life of so many seconds. */
  endOf: (life: number | null) => { expiresAt?: Date }
  /** The condition that the end has not come. */
  isLiving: () => Document
}

const duplicate = 11_000
/** How often a document may be added by others while we are adding it. */
const attempts = 5
/** The last time that a Date can be (ECMA-262 §21.4.1.1). */
const lastDay = 8.64e15
/** Keys that are handed out at once. */
const pageLength = 1000

export function createDocuments({ client, database, collection, keyField, w, clock }: DocumentsParts): Documents {
  const run = (command: Document, signal: AbortSignal): Promise<Document> => client.run(database, command, signal)
  const concern = w === undefined ? {} : { writeConcern: { w: /^\d+$/.test(w) ? Number(w) : w } }
  const isKeyTaken = (error: unknown): boolean => error instanceof CommandError && error.code === duplicate
    && error.indexed.every(name => name === keyField)

  function lifeOf({ expiresAt }: Document): number | null {
    const end = expiresAt instanceof Date ? expiresAt.getTime() : Number.NaN
    // Beyond the last day that there is here, an end has no number either.
    return Number.isNaN(end) ? null : (end - clock.wall()) / 1000
  }
  const lives = (document: Document): boolean => (lifeOf(document) ?? 1) > 0

  async function modify(query: Document, change: Document, signal: AbortSignal): Promise<Found> {
    const fields = { _id: 0, expiresAt: 1 }
    const reply = await run({ findAndModify: collection, query, ...change, fields, ...concern }, signal)
    if (reply.writeConcernError !== undefined)
      throw new SourceError('lost', 'The write did not reach as many servers as it should.')
    const before = reply.value as Document | null | undefined
    return !before ? 'nothing' : lives(before) ? 'living' : 'ended'
  }

  async function put(where: Document, document: Document, signal: AbortSignal): Promise<Found> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await modify(where, { update: document, upsert: true }, signal)
      }
      catch (error) {
        // Somebody else has added it since we looked for it.
        if (attempt === attempts || !isKeyTaken(error))
          throw error
      }
    }
  }

  async function* pages(filter: Document, signal: AbortSignal): AsyncGenerator<Document[]> {
    const projection = { _id: 0, [keyField]: 1, expiresAt: 1 }
    let open: Long = Long.ZERO
    try {
      let page = pageOf(await run({ find: collection, filter, projection, batchSize: pageLength }, signal))
      for (;;) {
        open = page.id
        yield page.documents
        if (open.isZero())
          return
        page = pageOf(await run({ getMore: open, collection, batchSize: pageLength }, signal))
      }
    }
    finally {
      // The server forgets it by itself as well, only later.
      if (!open.isZero())
        run({ killCursors: collection, cursors: [open] }, new AbortController().signal).catch(() => {})
    }
  }

  const endOf: Documents['endOf'] = life => life === null
    ? {}
    : { expiresAt: new Date(Math.min(Math.round(clock.wall() + life * 1000), lastDay)) }
  const isLiving = (): Document => ({ $nor: [{ expiresAt: { $lte: new Date(clock.wall()) } }] })

  return {
    keyField,
    run,
    async find(key, values, signal) {
      const filter = { [keyField]: values.length === 1 ? values[0] : { $in: values } }
      const reply = await run({ find: collection, filter, limit: values.length, singleBatch: true }, signal)
      // A collection may take for the same what is only alike, such as an A for an a.
      return pageOf(reply).documents.filter(document => lives(document) && nameOfKey(document[keyField]) === key)
    },
    put,
    change: (where, document, signal) =>
      modify(where, document === null ? { remove: true } : { update: document, upsert: false }, signal),
    touch: (where, life, signal) => modify(
      { ...where, ...isLiving() },
      { update: life === null ? { $unset: { expiresAt: '' } } : { $set: endOf(life) } },
      signal,
    ),
    async add(document, signal) {
      try {
        const ended = { [keyField]: document[keyField] as unknown, expiresAt: { $lte: new Date(clock.wall()) } }
        await modify(ended, { update: document, upsert: true }, signal)
        return true
      }
      catch (error) {
        if (isKeyTaken(error))
          return false
        throw error
      }
    },
    async* keys(prefix, types, signal) {
      for await (const documents of pages(filterOf(keyField, prefix, types), signal)) {
        const keys = documents.filter(lives).flatMap(document => nameOfKey(document[keyField]) ?? [])
          .filter(key => hasPrefix(key, prefix))
        if (keys.length > 0)
          yield keys
      }
    },
    lifeOf,
    endOf,
    isLiving,
  }
}

/**
 * Texts that begin with the prefix, by the order of the index; of other types all, as their order
 * is another one.
 */
function filterOf(keyField: string, prefix: string, types: readonly string[]): Document {
  const [text = ''] = /^[^\uD800-\uDFFF]*/u.exec(prefix) ?? []
  const end = textAfter(text)
  return {
    $or: [
      { [keyField]: { $gte: text, ...end !== null && { $lt: end } } },
      { [keyField]: { $type: types } },
    ],
  }
}
