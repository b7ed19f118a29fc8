import type { Source, SourceValue } from '../../serving/sources/source'
import type { SourceOptions } from '../driver'
import type { Item } from './attributes'
import type { Items } from './items'
import type { KeyedTable } from './table'
import { Buffer } from 'node:buffer'
import { encodeKey } from '@shared/entry-key'
import { limits } from '@shared/limits'
import { SourceError } from '../../serving/sources/source'
import { bytesAttribute, itemOfJson, jsonOfItem } from './attributes'
import { bytesName } from './items'

/** The attribute for the type of bytes. */
const typeName = 'contentType'

/**
 * Items of a table. An item is a JSON object, with the digits of its numbers as they are. A value
 * that is no such object is an item of Larder's own, with its bytes in the attribute `value`.
 */
export function createDynamodbSource(items: Items, table: KeyedTable, { format }: SourceOptions): Source {
  const { keyName, ttlName, keyOf, nameOf } = table
  const hasBytes = (item: Item): boolean => item[bytesName]?.B !== undefined
    && Object.keys(item).every(name => [bytesName, typeName, keyName, ttlName].includes(name))

  function valueOf(item: Item): SourceValue {
    const ttl = items.lifeOf(item)
    if (hasBytes(item)) {
      const bytes = Buffer.from(item[bytesName]?.B ?? '', 'base64')
      return { value: bytes, contentType: item[typeName]?.S ?? format, ttl }
    }
    const { [ttlName]: _, ...rest } = item
    return { value: Buffer.from(jsonOfItem(rest)), contentType: 'application/json', ttl }
  }

  /** The item for a value. Throws SourceError where none can stand for it. */
  async function itemOf(key: string, { value, contentType, ttl }: SourceValue, signal: AbortSignal): Promise<Item> {
    const keyValue = keyOf(key)
    if (keyValue === undefined)
      throw new SourceError('refused', 'The table cannot have such a key.')
    const object = /^application\/(?:[\w.+-]+\+)?json\b/i.test(contentType) ? itemOfJson(value) : undefined
    if (object?.[keyName] !== undefined && nameOf(object) !== key)
      throw new SourceError('refused', `The value names another key in its ${keyName}.`)
    if (object?.[ttlName] !== undefined)
      throw new SourceError('refused', `The value must not have a ${ttlName}, in which the table keeps its end.`)
    return {
      ...object ?? { [bytesName]: bytesAttribute(value), [typeName]: { S: contentType } },
      [keyName]: keyValue,
      ...ttl === undefined ? await presentEnd(key, signal) : items.endOf(ttl),
    }
  }

  /** Where a life has not been named, that of the item stays. */
  async function presentEnd(key: string, signal: AbortSignal): Promise<Item> {
    const end = (await items.find(key, signal))?.[ttlName]
    return end ? { [ttlName]: end } : {}
  }

  return {
    load: async (key, signal) => {
      const item = await items.find(key, signal)
      return item && valueOf(item)
    },
    writes: {
      async set(key, value, signal) {
        await items.put(await itemOf(key, value, signal), 'none', signal)
      },
      delete: async (key, signal) => await items.remove(key, 'none', signal) !== undefined,
      touch: items.touch,
      async replace(key, before, value, signal) {
        const condition = before === null ? 'absent' : { bytes: before }
        if (await items.put(await itemOf(key, value, signal), condition, signal) !== 'refused')
          return true
        const there = before === null ? undefined : await items.find(key, signal)
        // An attribute that somebody adds meanwhile would be lost without a word.
        if (there && !hasBytes(there))
          throw new SourceError('refused', 'The item has attributes of its own, which cannot be compared as a whole.')
        return false
      },
    },
    async* keys(prefix, signal) {
      for await (const page of items.keys(prefix, signal)) {
        // Anything else is no key of Larder.
        const keys = page.filter(key => encodeKey(key).length <= limits.entryKey)
        if (keys.length > 0)
          yield keys
      }
    },
  }
}
