import type { Backend, StoredBytes } from '../../serving/backends/backend'
import type { Item } from './attributes'
import type { Items } from './items'
import type { KeyedTable } from './table'
import { Buffer } from 'node:buffer'
import { SourceError } from '../../serving/sources/source'
import { bytesAttribute, jsonOfItem } from './attributes'
import { bytesName } from './items'

/** Bytes of an item with the names of its attributes: 400 KiB. */
const largestItem = 409_600
/** Bytes of a number, at most, as DynamoDB counts them. */
const numberBytes = 21

/** Items of a table as the entries of a cache: the bytes in `value`, and the end in the TTL. */
export function createDynamodbBackend(items: Items, { keyName, ttlName, keyOf }: KeyedTable): Backend {
  const besides = Buffer.byteLength(keyName + ttlName + bytesName) + numberBytes

  function itemOf(key: string, { bytes, life }: StoredBytes): Item {
    const value = keyOf(key)
    if (value === undefined)
      throw new SourceError('refused', 'The table cannot have such a key.')
    return { [keyName]: value, [bytesName]: bytesAttribute(bytes), ...items.endOf(life) }
  }

  return {
    // Not at once, but nothing is found of what has come to its end.
    endsLives: true,
    beyond: async (key, bytes) => keyOf(key) === undefined
      ? 'key'
      : bytes + Buffer.byteLength(key) + besides > largestItem ? 'value' : null,
    async get(key, signal) {
      const item = await items.find(key, signal)
      if (item === undefined)
        return undefined
      const own = item[bytesName]?.B
      const bytes = own === undefined ? Buffer.from(jsonOfItem(item)) : Buffer.from(own, 'base64')
      return { bytes, life: items.lifeOf(item) }
    },
    set: async (key, stored, signal) => await items.put(itemOf(key, stored), 'none', signal) !== undefined,
    delete: async (key, signal) => await items.remove(key, 'none', signal) !== undefined,
    async replace(key, before, after, signal) {
      const condition = before === null ? 'absent' : { bytes: before }
      return (after === null
        ? await items.remove(key, condition, signal)
        : await items.put(itemOf(key, after), condition, signal)) !== 'refused'
    },
    keys: items.keys,
  }
}
