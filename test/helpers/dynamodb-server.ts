import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import { Agent, createServer, request } from 'node:http'
import { setImmediate as turn } from 'node:timers/promises'
import { sign } from 'aws4'
import dynalite from 'dynalite'

export interface DynamodbServer {
  endpoint: string
  /** Calls an operation past Larder, as another program would. */
  call: (operation: string, input: object) => Promise<Record<string, unknown>>
  /** Makes an empty table, which has one key attribute of this type. */
  createTable: (name: string, type: 'S' | 'N' | 'B', more?: object) => Promise<void>
  dispose: () => Promise<void>
}

/** The protocol of DynamoDB over tables in memory: dynalite, on a free port. */
export async function startDynamodb(): Promise<DynamodbServer> {
  // Thousands of calls at once would wait for sockets longer than they may.
  const agent = new Agent({ keepAlive: true, maxSockets: 16 })
  const inner = dynalite({ createTableMs: 0, deleteTableMs: 0 })
  const server = createServer((...given) => inner.emit('request', ...given))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  async function call(operation: string, input: object): Promise<Record<string, unknown>> {
    const { headers, body } = sign({
      service: 'dynamodb',
      region: 'us-east-1',
      host: new URL(endpoint).host,
      path: '/',
      headers: { 'Content-Type': 'application/x-amz-json-1.0', 'X-Amz-Target': `DynamoDB_20120810.${operation}` },
      body: JSON.stringify(input),
    }, { accessKeyId: 'test', secretAccessKey: 'test' })
    const sent = request(endpoint, { method: 'POST', headers: headers as Record<string, string>, agent }).end(body)
    const [response] = await once(sent, 'response') as [IncomingMessage]
    const text = Buffer.concat(await response.toArray() as Buffer[]).toString()
    if (response.statusCode !== 200)
      throw new Error(`${operation}: ${response.statusCode} ${text}`)
    return JSON.parse(text) as Record<string, unknown>
  }

  return {
    endpoint,
    call,
    async createTable(name, type, more = {}) {
      await call('CreateTable', {
        TableName: name,
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: type }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        BillingMode: 'PAY_PER_REQUEST',
        ...more,
      })
      const status = async (): Promise<unknown> =>
        (await call('DescribeTable', { TableName: name }) as { Table: { TableStatus: string } }).Table.TableStatus
      // Until then it takes no items.
      while (await status() !== 'ACTIVE')
        await turn()
    },
    async dispose() {
      agent.destroy()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
