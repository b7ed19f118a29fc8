import type { Collection, Document } from 'mongodb'
import type { BackendRig } from '../../contract/backends'
import type { SourceRig } from '../../contract/sources'
import type { MongodbServer } from '../../helpers/mongodb-server'
import { Buffer } from 'node:buffer'
import { Binary, MongoClient } from 'mongodb'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { encodeKey } from '../../../src/shared/entry-key'
import { describeBackend } from '../../contract/backends'
import { describeSource } from '../../contract/sources'
import { realMongodb, startMongodb } from '../../helpers/mongodb-server'
import { poolFor, sourceFor } from '../../helpers/mongodb/pool'

type Documents = Collection<Document & { _id: unknown }>
type Besides = { fields: Record<string, string>, there: Documents } & Omit<SourceRig, 'source'>

/** The contracts over a server, which MongoDB's own client looks into as another program. */
function describeServer(name: string, urlOf: () => string): void {
  describe(name, () => {
    let client: MongoClient
    let collections = 0
    const database = `larder-test-${process.pid}`
    beforeAll(() => {
      client = new MongoClient(urlOf(), { serverApi: '1', retryWrites: false })
    })
    afterAll(async () => {
      await client.db(database).dropDatabase()
      await client.close()
    })

    /** An empty collection, and the way past Larder. */
    function besides(keyField: string): Besides {
      const collection = `documents-${++collections}`
      const there: Documents = client.db(database).collection(collection)
      const keyOf = (key: string): Document =>
        ({ [keyField]: key.isWellFormed() ? key : new Binary(encodeKey(key)) })
      return {
        there,
        fields: { url: urlOf(), database, collection, keyField },
        async peek(key) {
          const document = await there.findOne(keyOf(key))
          return document === null ? undefined : Buffer.from((document.value as Binary).value())
        },
        async place(key, value, ttl) {
          const end = ttl === undefined ? {} : { expiresAt: new Date(Date.now() + ttl * 1000) }
          const document = { ...keyOf(key), value: new Binary(value), ...end }
          await there.replaceOne(keyOf(key), document, { upsert: true })
        },
      }
    }

    async function open(keyField = '_id'): Promise<SourceRig> {
      const { there, fields, ...rig } = besides(keyField)
      if (keyField !== '_id')
        await there.createIndex({ [keyField]: 1 }, { unique: true })
      return { source: sourceFor(fields), ...rig }
    }

    async function openBackend(keyField = '_id'): Promise<BackendRig> {
      const { fields, there: _, ...rig } = besides(keyField)
      return { backend: poolFor(fields).backendOf('main') ?? expect.unreachable(), ...rig }
    }

    const traits = { compares: true, endsLives: true, formats: ['envelope', 'raw'], tooLarge: 16_777_216 } as const
    describeSource('mongodb', open, { lives: true, longestKey: 1024, largest: 16_777_216 })
    describeBackend('mongodb', openBackend, traits)
    describeSource('mongodb by another field', () => open('sku'), { lives: true, longestKey: 1024 })
    describeBackend('mongodb by another field', () => openBackend('sku'), traits)
  })
}

let server: MongodbServer
beforeAll(async () => {
  server = await startMongodb()
})
afterAll(() => server.dispose())

describeServer('a server in memory', () => server.url)
if (realMongodb === undefined) {
  const reason = 'LARDER_TEST_MONGODB is not set to the URL of a real MongoDB.'
  console.warn(`Skipped: ${reason}`)
  describe.skip(`a real server: ${reason}`, () => {})
}
else {
  describeServer('a real server', () => realMongodb ?? '')
}
