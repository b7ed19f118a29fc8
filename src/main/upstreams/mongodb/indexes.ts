import type { Document } from 'bson'
import type { Documents } from './documents'
import { SourceError } from '../../serving/sources/source'
import { orAborted } from '../abort'
import { CommandError, pageOf } from './answers'

/** The indexes of a collection, as far as one connection has to do with them. */
export interface MongodbIndexes {
  /** Throws SourceError if a key may be there twice, so that a write could not be one step. */
  requireUnique: (signal: AbortSignal) => Promise<void>
  /** Makes those of a collection that holds the entries of caches; once for each connection. */
  prepare: (signal: AbortSignal) => Promise<void>
}

const unauthorized = 13
const absentCollection = 26
/** There is another index on the same field, or of the same name. */
const conflicts = [85, 86]

export function createIndexes({ keyField, run }: Documents, collection: string): MongodbIndexes {
  const stays = new AbortController().signal
  let isUnique = keyField === '_id'
  let prepared: Promise<void> | undefined

  async function requireUnique(signal: AbortSignal): Promise<void> {
    if (isUnique)
      return
    const indexes = await run({ listIndexes: collection }, signal).then(found => pageOf(found).documents, (error) => {
      if (error instanceof CommandError && error.code === absentCollection)
        return []
      throw error
    })
    isUnique = indexes.some(({ key, unique, partialFilterExpression }) =>
      unique === true && partialFilterExpression === undefined && Object.keys(key as object).join('\0') === keyField)
    if (!isUnique)
      throw new SourceError('refused', `A write needs a unique index on ${keyField}, so that no key is there twice.`)
  }

  async function create(index: Document, mayMiss: readonly number[]): Promise<void> {
    await run({ createIndexes: collection, indexes: [index] }, stays).catch((error: unknown) => {
      if (!(error instanceof CommandError && mayMiss.includes(error.code)))
        throw error
    })
  }

  async function createAll(): Promise<void> {
    // Documents of others, which have no value, stay. Whoever may create no index can do without
    // this one: ends are judged on reading, only nobody tidies up.
    await create({
      name: 'larder_expiry',
      key: { expiresAt: 1 },
      expireAfterSeconds: 0,
      partialFilterExpression: { value: { $exists: true } },
    }, [...conflicts, unauthorized])
    if (isUnique)
      return
    await create({ name: 'larder_key', key: { [keyField]: 1 }, unique: true }, [...conflicts, unauthorized])
    await requireUnique(stays)
  }

  return {
    requireUnique,
    async prepare(signal) {
      prepared ??= createAll()
      const now = prepared
      now.catch(() => prepared = undefined)
      await orAborted(now, signal)
    },
  }
}
