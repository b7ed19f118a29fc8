import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { sign } from 'aws4'
import dynalite from 'dynalite'

export interface DynamodbServer {
  endpoint: string
  /** Calls an operation past Larder, as another program would. */
  call: (operation: string, input: object) => Promise<Record<string, unknown>>
  /** Makes an empty table, which has one key attribute of this type. */
  createTable: (name: string, type: 'S' | 'N' | 'B', more?: object) => Promise<void>
  /** Operations in the order in which they came since the last look. */
  calls: () => string[]
  dispose: () => Promise<void>
}

/** The protocol of DynamoDB over tables in memory: dynalite, on a free port. */
export async function startDynamodb(): Promise<DynamodbServer> {
  const calls: string[] = []
  const inner = dynalite({ createTableMs: 0, deleteTableMs: 0 })
  const server = createServer((request, response) => {
    calls.push(String(request.headers['x-amz-target']).replace(/^.*\./, ''))
    inner.emit('request', request, response)
  })
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
    const answer = await fetch(endpoint, { method: 'POST', headers: headers as Record<string, string>, body })
    const text = await answer.text()
    if (!answer.ok)
      throw new Error(`${operation}: ${answer.status} ${text}`)
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
    },
    calls: () => calls.splice(0),
    async dispose() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
