import type { Attribute, Item } from './attributes'
import type { Answer, DynamodbClient } from './client'
import { Buffer } from 'node:buffer'
import { decodeKey, encodeKey } from '@shared/entry-key'
import { SourceError } from '../../serving/sources/source'

/** What a table says of itself. */
export interface KeyedTable {
  name: string
  keyName: string
  /** What TTLs are kept in: seconds since the Unix epoch. */
  ttlName: string
  /** Undefined if no item of the table can have this key. */
  keyOf: (key: string) => Attribute | undefined
  /** Undefined if the item's key is none of Larder's. */
  nameOf: (item: Item) => string | undefined
}

type KeyType = 'S' | 'N' | 'B'
const usualTtlName = 'ttl'

/** Asks for the table's key and its attribute for TTLs. Throws SourceError. */
export async function describeTable(
  { call }: Pick<DynamodbClient, 'call'>,
  name: string,
  signal: AbortSignal,
): Promise<KeyedTable> {
  const { Table: described } = await call('DescribeTable', { TableName: name }, signal)
  const [key, ...more] = described?.KeySchema ?? []
  if (!key || more.length > 0) {
    throw new SourceError('refused', key
      ? 'The table has a sort key. Larder needs one whose key is a single attribute.'
      : 'What answers there is not DynamoDB.')
  }
  const keyName = key.AttributeName
  const type = described?.AttributeDefinitions?.find(each => each.AttributeName === keyName)?.AttributeType
  return {
    name,
    keyName,
    ttlName: await ttlNameOf(call, name, signal),
    keyOf: (key) => {
      const value = keyValues[type as KeyType](key)
      return value === undefined ? undefined : { [String(type)]: value }
    },
    nameOf: item => keyNames(item[keyName] ?? {}),
  }
}

/** A key may not be allowed to ask for it, which is no reason to refuse the table. */
async function ttlNameOf(call: DynamodbClient['call'], name: string, signal: AbortSignal): Promise<string> {
  const answer: Answer = await call('DescribeTimeToLive', { TableName: name }, signal).catch((error: unknown) => {
    if (error instanceof SourceError && error.failure === 'refused')
      return {}
    throw error
  })
  return answer.TimeToLiveDescription?.AttributeName ?? usualTtlName
}

/** A key as the table keeps it. Numbers have one spelling, so that no two keys are one item. */
const keyValues: Readonly<Record<KeyType, (key: string) => string | undefined>> = {
  S: key => key.isWellFormed() ? key : undefined,
  N: key => /^(?:0|-?[1-9]\d{0,37})$/.test(key) ? key : undefined,
  B: key => Buffer.from(encodeKey(key)).toString('base64'),
}

function keyNames({ S, N, B }: Attribute): string | undefined {
  return S ?? N ?? (B === undefined ? undefined : decodeKey(Buffer.from(B, 'base64')))
}
