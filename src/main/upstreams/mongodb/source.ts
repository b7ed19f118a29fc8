import type { Document } from 'bson'
import type { Source, SourceValue } from '../../serving/sources/source'
import type { SourceOptions } from '../driver'
import type { Documents } from './documents'
import type { MongodbIndexes } from './indexes'
import { Buffer } from 'node:buffer'
import { encodeKey } from '@shared/entry-key'
import { limits } from '@shared/limits'
import { Binary, calculateObjectSize } from 'bson'
import { SourceError } from '../../serving/sources/source'
import { keyValues, nameOfKey } from './keys'
import { documentOfJson, jsonOfDocument } from './values'

/**
 * Documents of a collection. A document is a JSON object. A value that is no such object is a
 * document of Larder's own, with its bytes in the field `value`.
 *
 * @param largest bytes of a document, at most
 */
export function createMongodbSource(
  documents: Documents,
  { requireUnique }: Pick<MongodbIndexes, 'requireUnique'>,
  largest: number,
  { format }: SourceOptions,
): Source {
  const { keyField } = documents
  const ownFields = ['_id', keyField, 'value', 'contentType', 'expiresAt']
  const hasBytes = (document: Document): boolean => document.value instanceof Binary
    && Object.keys(document).every(name => ownFields.includes(name))

  function valueOf(document: Document): SourceValue {
    const ttl = documents.lifeOf(document)
    const { value, contentType } = document
    if (value instanceof Binary && hasBytes(document)) {
      const type = typeof contentType === 'string' ? contentType : format
      return { value: Buffer.from(value.value()), contentType: type, ttl }
    }
    return { value: Buffer.from(jsonOfDocument(withoutEnd(document))), contentType: 'application/json', ttl }
  }

  /** Whether these bytes are what a document is read as, or what it was written from. */
  function isFrom(document: Document, bytes: Buffer): boolean {
    const { value } = valueOf(document)
    const written = hasBytes(document) ? undefined : documentOfJson(bytes)
    if (value.equals(bytes) || written === undefined)
      return value.equals(bytes)
    const { _id, [keyField]: key } = document
    return jsonOfDocument({ _id: _id as unknown, [keyField]: key as unknown, ...written }) === value.toString()
  }

  /** Where several types of key are possible, the first that is there counts. */
  async function find(key: string, signal: AbortSignal): Promise<Document | undefined> {
    const found = await documents.find(key, keyValues(key), signal)
    const order = (document: Document): number => typeof document[keyField] === 'string' ? 0 : 1
    return found.sort((a, b) => order(a) - order(b))[0]
  }

  /** Where the document of a key is, or would be. */
  async function placeOf(key: string, signal: AbortSignal): Promise<Document> {
    const there = keyValues(key).length === 1 ? undefined : await find(key, signal)
    return { [keyField]: there?.[keyField] as unknown ?? keyValues(key)[0] }
  }

  /** The document for a value in place of the one that is there. Throws SourceError. */
  function documentOf(key: string, { value, contentType, ttl }: SourceValue, there: Document | undefined): Document {
    const object = /^application\/(?:[\w.+-]+\+)?json\b/i.test(contentType) ? documentOfJson(value) : undefined
    const named: unknown = object?.[keyField]
    if (named !== undefined && nameOfKey(named) !== key)
      throw new SourceError('refused', `The value names another key in its ${keyField}.`)
    if (object?.expiresAt !== undefined)
      throw new SourceError('refused', 'The value must not have an expiresAt, in which its end is kept.')
    const end = ttl === undefined
      ? there?.expiresAt instanceof Date ? { expiresAt: there.expiresAt } : {}
      : documents.endOf(ttl)
    const document = {
      [keyField]: (there?.[keyField] ?? named ?? keyValues(key)[0]) as unknown,
      ...object ? without(object, keyField) : { value: new Binary(value), contentType },
      ...end,
    }
    if (calculateObjectSize(document) > largest)
      throw new SourceError('refused', 'The value is larger than a document may be.')
    return document
  }

  return {
    async load(key, signal) {
      const document = await find(key, signal)
      return document && valueOf(document)
    },
    writes: {
      async set(key, value, signal) {
        await requireUnique(signal)
        const isPlain = value.ttl !== undefined && keyValues(key).length === 1
        const document = documentOf(key, value, isPlain ? undefined : await find(key, signal))
        await documents.put({ [keyField]: document[keyField] as unknown }, document, signal)
      },
      async delete(key, signal) {
        await requireUnique(signal)
        return await documents.change(await placeOf(key, signal), null, signal) === 'living'
      },
      async touch(key, ttl, signal) {
        await requireUnique(signal)
        return await documents.touch(await placeOf(key, signal), ttl, signal) === 'living'
      },
      async replace(key, before, value, signal) {
        await requireUnique(signal)
        const there = before !== null || keyValues(key).length > 1 ? await find(key, signal) : undefined
        if (before === null)
          return there === undefined && await documents.add(documentOf(key, value, undefined), signal)
        if (there === undefined || !isFrom(there, before))
          return false
        // What we have compared must still be there, to the last field.
        const where = { [keyField]: there[keyField] as unknown, $expr: { $eq: ['$$ROOT', { $literal: there }] } }
        return await documents.change(where, documentOf(key, value, there), signal) !== 'nothing'
      },
    },
    async* keys(prefix, signal) {
      for await (const page of documents.keys(prefix, ['binData', 'objectId', 'number'], signal)) {
        // Anything else is no key of Larder.
        const keys = page.filter(key => key !== '' && encodeKey(key).length <= limits.entryKey)
        if (keys.length > 0)
          yield keys
      }
    },
  }
}

function withoutEnd(document: Document): Document {
  return document.expiresAt instanceof Date ? without(document, 'expiresAt') : document
}

function without(document: Document, field: string): Document {
  return Object.fromEntries(Object.entries(document).filter(([name]) => name !== field))
}
