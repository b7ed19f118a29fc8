import type { Document } from 'bson'
import type { Backend, StoredBytes } from '../../serving/backends/backend'
import type { Documents } from './documents'
import type { MongodbIndexes } from './indexes'
import { Buffer } from 'node:buffer'
import { encodeKey } from '@shared/entry-key'
import { Binary, calculateObjectSize, ObjectId } from 'bson'
import { ownKey } from './keys'
import { jsonOfDocument } from './values'

/**
 * Documents of a collection as the entries of a cache: the bytes in `value`, and their end.
 *
 * @param largest bytes of a document, at most
 */
export function createMongodbBackend(
  documents: Documents,
  { prepare }: Pick<MongodbIndexes, 'prepare'>,
  largest: number,
): Backend {
  const { keyField } = documents
  const empty = { _id: new ObjectId(), [keyField]: new Binary(), value: new Binary(), expiresAt: new Date(0) }
  const besides = calculateObjectSize(empty)

  const placeOf = (key: string): Document => ({ [keyField]: ownKey(key) })
  const documentOf = (key: string, { bytes, life }: StoredBytes): Document =>
    ({ ...placeOf(key), value: new Binary(bytes), ...documents.endOf(life) })

  return {
    // Not at once, but nothing is found of what has come to its end.
    endsLives: true,
    beyond: async (key, bytes) => bytes + encodeKey(key).length + besides > largest ? 'value' : null,
    async get(key, signal) {
      const [document] = await documents.find(key, [ownKey(key)], signal)
      if (document === undefined)
        return undefined
      const { value } = document
      const bytes = value instanceof Binary ? Buffer.from(value.value()) : Buffer.from(jsonOfDocument(document))
      return { bytes, life: documents.lifeOf(document) }
    },
    async set(key, stored, signal) {
      await prepare(signal)
      return await documents.put(placeOf(key), documentOf(key, stored), signal) === 'living'
    },
    delete: async (key, signal) => await documents.change(placeOf(key), null, signal) === 'living',
    async replace(key, before, after, signal) {
      await prepare(signal)
      if (before !== null) {
        const where = { ...placeOf(key), value: new Binary(before), ...documents.isLiving() }
        return await documents.change(where, after && documentOf(key, after), signal) !== 'nothing'
      }
      return after === null
        ? (await documents.find(key, [ownKey(key)], signal)).length === 0
        : await documents.add(documentOf(key, after), signal)
    },
    keys: (prefix, signal) => documents.keys(prefix, ['binData'], signal),
  }
}
