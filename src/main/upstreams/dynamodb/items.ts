import type { RealClock } from '../../base/clock'
import type { Attribute, Item } from './attributes'
import type { Answer, DynamodbClient } from './client'
import type { KeyedTable } from './table'
import { hasPrefix } from '@shared/entry-key'
import { bytesAttribute } from './attributes'
import { ConditionFailed } from './client'

interface ItemsParts {
  client: Pick<DynamodbClient, 'call'>
  table: KeyedTable
  clock: Pick<RealClock, 'wall'>
}

/** What must hold for a write: nothing at all, that nothing is there, or that these bytes are. */
type Condition = 'none' | 'absent' | { bytes: Uint8Array }

/** The items of a table, without those whose end has come: DynamoDB deletes them hours later. */
export interface Items {
  find: (key: string, signal: AbortSignal) => Promise<Item | undefined>
  /** Resolves to what was there before; `refused` if the condition does not hold. */
  put: (item: Item, condition: Condition, signal: AbortSignal) => Promise<Item | undefined | 'refused'>
  /** The same; undefined for a key that no item can have. */
  remove: (key: string, condition: Condition, signal: AbortSignal) => Promise<Item | undefined | 'refused'>
  /** Gives an item another end. Resolves to whether there was one. */
  touch: (key: string, life: number | null, signal: AbortSignal) => Promise<boolean>
  keys: (prefix: string, signal: AbortSignal) => AsyncIterable<readonly string[]>
  /** Seconds that are left; null: for ever. */
  lifeOf: (item: Item) => number | null
  /** The attribute for a life of so many seconds. */
  endOf: (life: number | null) => Item
}

/** The attribute for the bytes of a value. */
export const bytesName = 'value'

export function createItems({ client, table, clock }: ItemsParts): Items {
  const { name: TableName, keyName, ttlName, keyOf, nameOf } = table

  function lifeOf(item: Item): number | null {
    const end = Number(item[ttlName]?.N ?? Number.NaN)
    return Number.isNaN(end) ? null : end - clock.wall() / 1000
  }
  const living = (item: Item | undefined): Item | undefined => item && (lifeOf(item) ?? 1) > 0 ? item : undefined

  function endOf(life: number | null): Item {
    if (life === null)
      return {}
    const end = clock.wall() / 1000 + life
    // A life that was read and is written again a moment later must not grow by a second.
    return { [ttlName]: { N: String(life < 1 ? Math.ceil(end) : Math.round(end)) } }
  }

  function conditionOf(condition: Condition): object {
    if (condition === 'none')
      return {}
    const now: Attribute = { N: String(clock.wall() / 1000) }
    return condition === 'absent'
      ? {
          ConditionExpression: 'attribute_not_exists(#key) OR #ttl <= :now',
          ExpressionAttributeNames: { '#key': keyName, '#ttl': ttlName },
          ExpressionAttributeValues: { ':now': now },
        }
      : {
          ConditionExpression: '#value = :before AND (attribute_not_exists(#ttl) OR #ttl > :now)',
          ExpressionAttributeNames: { '#ttl': ttlName, '#value': bytesName },
          ExpressionAttributeValues: { ':now': now, ':before': bytesAttribute(condition.bytes) },
        }
  }

  async function change(
    operation: 'PutItem' | 'DeleteItem',
    what: object,
    condition: Condition,
    signal: AbortSignal,
  ): Promise<Item | undefined | 'refused'> {
    try {
      const input = { TableName, ReturnValues: 'ALL_OLD', ...what, ...conditionOf(condition) }
      return living((await client.call(operation, input, signal)).Attributes)
    }
    catch (error) {
      if (error instanceof ConditionFailed)
        return 'refused'
      throw error
    }
  }

  return {
    async find(key, signal) {
      const value = keyOf(key)
      if (value === undefined)
        return undefined
      const input = { TableName, Key: { [keyName]: value }, ConsistentRead: true }
      return living((await client.call('GetItem', input, signal)).Item)
    },
    put: (item, condition, signal) => change('PutItem', { Item: item }, condition, signal),
    async remove(key, condition, signal) {
      const value = keyOf(key)
      return value && await change('DeleteItem', { Key: { [keyName]: value } }, condition, signal)
    },
    async touch(key, life, signal) {
      const value = keyOf(key)
      if (value === undefined)
        return false
      const end = endOf(life)[ttlName]
      try {
        await client.call('UpdateItem', {
          TableName,
          Key: { [keyName]: value },
          UpdateExpression: end ? 'SET #ttl = :end' : 'REMOVE #ttl',
          ConditionExpression: 'attribute_exists(#key) AND (attribute_not_exists(#ttl) OR #ttl > :now)',
          ExpressionAttributeNames: { '#key': keyName, '#ttl': ttlName },
          ExpressionAttributeValues: { ':now': { N: String(clock.wall() / 1000) }, ...end && { ':end': end } },
        }, signal)
        return true
      }
      catch (error) {
        if (error instanceof ConditionFailed)
          return false
        throw error
      }
    },
    async* keys(prefix, signal) {
      let start: Item | undefined
      do {
        const page: Answer = await client.call('Scan', {
          TableName,
          ProjectionExpression: '#key, #ttl',
          ExpressionAttributeNames: { '#key': keyName, '#ttl': ttlName },
          ...start && { ExclusiveStartKey: start },
        }, signal)
        start = page.LastEvaluatedKey
        const keys = (page.Items ?? []).filter(item => living(item)).flatMap(item => nameOf(item) ?? [])
          .filter(key => hasPrefix(key, prefix))
        if (keys.length > 0)
          yield keys
      } while (start !== undefined)
    },
    lifeOf,
    endOf,
  }
}
