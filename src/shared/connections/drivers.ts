import type { DriverRow } from './driver'
import { namesOf } from '../rows'
import { dynamodbDriver } from './dynamodb'
import { fileDriver } from './file'
import { httpDriver } from './http'
import { memcachedDriver } from './memcached'
import { mongodbDriver } from './mongodb'
import { redisDriver } from './redis'

/**
 * The table of drivers: schemas of the API, flags of the command line, documents and the pool of
 * connections are made from it. A driver is a row here, a folder in `src/main/upstreams/`, and a
 * line in `src/main/upstreams/drivers.ts`.
 */
const connectionDrivers = {
  redis: redisDriver,
  memcached: memcachedDriver,
  mongodb: mongodbDriver,
  dynamodb: dynamodbDriver,
  http: httpDriver,
  file: fileDriver,
} as const satisfies Record<string, DriverRow>

export type DriverName = keyof typeof connectionDrivers
export const driverNames = namesOf(connectionDrivers)

/** The rows by their name, for code that treats them all alike. */
export const driverRows: Readonly<Record<DriverName, DriverRow>> = connectionDrivers
