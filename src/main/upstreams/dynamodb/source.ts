import type { RealClock } from '../../base/clock'
import type { Source, SourceValue } from '../../serving/sources/source'
import type { SourceOptions } from '../driver'
import type { Attribute, Item } from './attributes'
import type { Answer, DynamodbClient } from './client'
import type { KeyedTable } from './table'
import { Buffer } from 'node:buffer'
import { hasPrefix } from '@shared/entry-key'
import { limits } from '@shared/limits'
import { SourceError } from '../../serving/sources/source'
import { bytesAttribute, itemOfJson, jsonOfItem } from './attributes'
import { ConditionFailed } from './client'

interface SourceParts {
  client: Pick<DynamodbClient, 'call'>
  table: KeyedTable
  clock: Pick<RealClock, 'wall'>
  options: SourceOptions
}

/** The attributes of a value that is no JSON object: its bytes, and what type they are of. */
const [bytesName, typeName] = ['value', 'contentType']

/**
 * Items of a table. An item is a JSON object, with the digits of its numbers as they are. A value
 * that is no such object is an item of Larder's own, with its bytes in the attribute `value`.
 */
export function createDynamodbSource({ client, table, clock, options }: SourceParts): Source {
  const { name: TableName, keyName, ttlName, keyOf, nameOf } = table
  const names = { '#key': keyName, '#ttl': ttlName }
  const nowIn = (): Attribute => ({ N: String(Math.floor(clock.wall() / 1000)) })
  const lifeOf = (item: Item): number | null => {
    const end = Number(item[ttlName]?.N ?? Number.NaN)
    return Number.isNaN(end) ? null : end - clock.wall() / 1000
  }
  /** DynamoDB deletes what has come to its end hours later. */
  const isOver = (item: Item): boolean => (lifeOf(item) ?? 1) <= 0
  const hasBytes = (item: Item): boolean => item[bytesName]?.B !== undefined
    && Object.keys(item).every(name => [bytesName, typeName, keyName, ttlName].includes(name))

  async function find(key: Attribute | undefined, signal: AbortSignal): Promise<Item | undefined> {
    if (key === undefined)
      return undefined
    const { Item: item } = await client.call('GetItem', {
      TableName,
      Key: { [keyName]: key },
      ConsistentRead: true,
    }, signal)
    return item && !isOver(item) ? item : undefined
  }

  function valueOf(item: Item): SourceValue {
    const ttl = lifeOf(item)
    if (hasBytes(item)) {
      const bytes = Buffer.from(item[bytesName]?.B ?? '', 'base64')
      return { value: bytes, contentType: item[typeName]?.S ?? options.format, ttl }
    }
    const { [ttlName]: _, ...rest } = item
    return { value: Buffer.from(jsonOfItem(rest)), contentType: 'application/json', ttl }
  }

  /** The item for a value. Throws SourceError where none can stand for it. */
  function itemOf(key: string, { value, contentType }: SourceValue, end: Attribute | undefined): Item {
    const keyValue = keyOf(key)
    if (keyValue === undefined)
      throw new SourceError('refused', 'The table cannot have such a key.')
    const object = /^application\/(?:[\w.+-]+\+)?json\b/i.test(contentType) ? itemOfJson(value) : undefined
    const own = object?.[keyName]
    if (own !== undefined && nameOf(object as Item) !== key)
      throw new SourceError('refused', `The value names another key in its ${keyName}.`)
    if (object?.[ttlName] !== undefined)
      throw new SourceError('refused', `The value must not have a ${ttlName}, in which the table keeps its end.`)
    return {
      ...object ?? { [bytesName]: bytesAttribute(value), [typeName]: { S: contentType } },
      [keyName]: keyValue,
      ...end && { [ttlName]: end },
    }
  }

  /** Where a life has not been named, that of the item stays. */
  async function endFor(key: string, { ttl }: SourceValue, signal: AbortSignal): Promise<Attribute | undefined> {
    if (ttl === undefined)
      return (await find(keyOf(key), signal))?.[ttlName]
    return ttl === null ? undefined : { N: String(Math.round(clock.wall() / 1000 + ttl)) }
  }

  /** Writes an item where the condition holds, if there is one; resolves to whether it did. */
  async function put(item: Item, condition: object, signal: AbortSignal): Promise<boolean> {
    try {
      await client.call('PutItem', { TableName, Item: item, ...condition }, signal)
      return true
    }
    catch (error) {
      if (error instanceof ConditionFailed)
        return false
      throw error
    }
  }

  async function replace(
    key: string,
    before: Buffer | null,
    value: SourceValue,
    signal: AbortSignal,
  ): Promise<boolean> {
    const item = itemOf(key, value, await endFor(key, value, signal))
    const written = await put(item, before === null
      ? {
          ConditionExpression: 'attribute_not_exists(#key) OR #ttl <= :now',
          ExpressionAttributeNames: names,
          ExpressionAttributeValues: { ':now': nowIn() },
        }
      : {
          ConditionExpression: '#value = :before AND (attribute_not_exists(#ttl) OR #ttl > :now)',
          ExpressionAttributeNames: { '#ttl': ttlName, '#value': bytesName },
          ExpressionAttributeValues: { ':now': nowIn(), ':before': bytesAttribute(before) },
        }, signal)
    if (written || before === null)
      return written
    const there = await find(keyOf(key), signal)
    // An attribute that somebody adds meanwhile would be lost without a word.
    if (there && !hasBytes(there))
      throw new SourceError('refused', 'The item has attributes of its own, which cannot be compared as a whole.')
    return false
  }

  return {
    load: async (key, signal) => {
      const item = await find(keyOf(key), signal)
      return item && valueOf(item)
    },
    writes: {
      async set(key, value, signal) {
        await put(itemOf(key, value, await endFor(key, value, signal)), {}, signal)
      },
      async delete(key, signal) {
        const keyValue = keyOf(key)
        if (keyValue === undefined)
          return false
        const { Attributes: gone } = await client.call('DeleteItem', {
          TableName,
          Key: { [keyName]: keyValue },
          ReturnValues: 'ALL_OLD',
        }, signal)
        return gone !== undefined && !isOver(gone)
      },
      replace,
    },
    async* keys(prefix, signal) {
      let start: Item | undefined
      do {
        const page: Answer = await client.call('Scan', {
          TableName,
          ProjectionExpression: '#key, #ttl',
          ExpressionAttributeNames: names,
          ...start && { ExclusiveStartKey: start },
        }, signal)
        start = page.LastEvaluatedKey
        const keys = (page.Items ?? []).filter(item => !isOver(item)).flatMap(item => nameOf(item) ?? [])
          // Anything else is no key of Larder.
          .filter(key => hasPrefix(key, prefix) && Buffer.byteLength(key) <= limits.entryKey)
        if (keys.length > 0)
          yield keys
      } while (start !== undefined)
    },
  }
}
