import type { RealClock } from '../../base/clock'
import type { Attempt, Driver } from '../driver'
import type { Documents } from './documents'
import type { NameRecords } from './hosts'
import { randomBytes } from 'node:crypto'
import { mongodbAddressOf, mongodbPlaceOf } from '@shared/connections/mongodb'
import { Binary } from 'bson'
import { isLinkLocal, linkLocalSentence } from '../addresses'
import { createMongodbBackend } from './backend'
import { openMongodb } from './client'
import { createDocuments } from './documents'
import { systemRecords } from './hosts'
import { createIndexes } from './indexes'
import { createMongodbSource } from './source'

/** Seconds after which a document that a test has written has come to its end. */
const probeLife = 60

/** A collection of MongoDB as an upstream. */
export function createMongodbDriver(clock: Pick<RealClock, 'wall'>, records: NameRecords = systemRecords): Driver {
  return {
    async open(definition, attempt) {
      const client = await openMongodb(definition, attempt, records)
      const { w } = mongodbAddressOf(definition.values)
      const place = mongodbPlaceOf(definition.values)
      const documents = createDocuments({ client, ...place, w, clock })
      const indexes = createIndexes(documents, place.collection)
      return {
        server: client.server,
        ended: client.ended,
        close: client.close,
        probe: (write, probing) => probe(documents, write, probing),
        source: options => createMongodbSource(documents, indexes, client.largest, options),
        backend: () => createMongodbBackend(documents, indexes, client.largest),
      }
    },
    refuse({ values }) {
      const forbidden = mongodbAddressOf(values).hosts.find(({ host }) => isLinkLocal(host))
      return forbidden ? { field: 'url', message: linkLocalSentence(forbidden.host, forbidden.host) } : null
    },
  }
}

async function probe(documents: Documents, write: boolean, { signal, step }: Attempt): Promise<void> {
  step('read')
  const key = `larder:test:${randomBytes(8).toString('hex')}`
  const where = { [documents.keyField]: key }
  await documents.find(key, [key], signal)
  if (!write)
    return
  step('write')
  await documents.put(where, { ...where, value: new Binary(), ...documents.endOf(probeLife) }, signal)
  await documents.change(where, null, signal)
}
