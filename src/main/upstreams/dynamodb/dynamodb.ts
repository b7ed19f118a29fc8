import type { RealClock } from '../../base/clock'
import type { Attempt, Driver } from '../driver'
import type { DynamodbClient } from './client'
import type { KeyedTable } from './table'
import { randomBytes } from 'node:crypto'
import { dynamodbEndpointOf } from '@shared/connections/dynamodb'
import { SourceError } from '../../serving/sources/source'
import { isLinkLocal, linkLocalSentence } from '../addresses'
import { createDynamodbBackend } from './backend'
import { openClient } from './client'
import { createItems } from './items'
import { createDynamodbSource } from './source'
import { describeTable } from './table'

/** What signs the calls of a server that is not AWS and wants nobody: any will do. */
const nobody = { accessKeyId: 'larder', secretAccessKey: 'larder' }
/** The region that calls of an endpoint are signed for, if there is none. */
const usualRegion = 'us-east-1'

/** A table of DynamoDB as an upstream. */
export function createDynamodbDriver(clock: Pick<RealClock, 'wall'>): Driver {
  return {
    async open({ values, secrets }, attempt) {
      const { accessKeyId, secretAccessKey } = secrets
      const isWhole = accessKeyId !== undefined && secretAccessKey !== undefined
      const client = await openClient(
        dynamodbEndpointOf(values),
        String(values.region ?? usualRegion),
        isWhole ? { accessKeyId, secretAccessKey } : nobody,
        attempt,
      )
      try {
        attempt.step('authenticate')
        if (!isWhole && values.endpoint === undefined)
          throw new SourceError('refused', 'An access key ID and a secret access key are needed.')
        const table = await describeTable(client, String(values.table), attempt.signal)
        const items = createItems({ client, table, clock })
        return {
          server: 'DynamoDB',
          // Each call may open a socket, so there is no one way that could end.
          ended: new Promise(() => {}),
          close: client.close,
          probe: (write, probing) => probe(client, table, write, probing),
          source: options => createDynamodbSource(items, table, options),
          backend: () => createDynamodbBackend(items, table),
        }
      }
      catch (error) {
        client.close()
        throw error
      }
    },
    refuse({ values }) {
      const host = dynamodbEndpointOf(values).hostname.replace(/^\[(.*)\]$/, '$1')
      return isLinkLocal(host) ? { field: 'endpoint', message: linkLocalSentence(host, host) } : null
    },
  }
}

async function probe(
  client: DynamodbClient,
  table: KeyedTable,
  write: boolean,
  { signal, step }: Attempt,
): Promise<void> {
  const { keyName, name: TableName, keyOf, ttlName } = table
  step('read')
  // Digits alone, for a table whose key is a number.
  const key = keyOf(`larder:test:${randomBytes(8).toString('hex')}`) ?? keyOf(`9${randomBytes(4).readUInt32BE()}`)
  const Key = { [keyName]: key }
  await client.call('GetItem', { TableName, Key }, signal)
  if (!write)
    return
  step('write')
  // Should the deletion fail, the table lets it go by itself.
  await client.call('PutItem', { TableName, Item: { ...Key, [ttlName]: { N: '1' } } }, signal)
  await client.call('DeleteItem', { TableName, Key }, signal)
}
