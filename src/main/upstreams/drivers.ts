import type { DriverName } from '@shared/connections/drivers'
import type { Clock } from '../base/clock'
import type { LazyDriver } from './driver'

/** All that the drivers need of this machine. */
interface DriverSurroundings {
  /** Absolute path of the data folder. */
  home: string
  /** Other servers keep the ends of lives as times. */
  clock: Pick<Clock, 'wall'>
}

/** What is behind each row of the table of drivers; none is loaded before it is used. */
export function createDrivers({ home, clock }: DriverSurroundings): Readonly<Record<DriverName, LazyDriver>> {
  return {
    redis: {
      abilities: new Set(['write', 'replace', 'touch', 'list', 'end']),
      load: async () => (await import('./redis/redis')).redis,
    },
    memcached: {
      abilities: new Set(['write', 'replace', 'touch', 'list', 'end']),
      load: async () => (await import('./memcached/memcached')).createMemcachedDriver(clock),
    },
    mongodb: {
      abilities: new Set(['write', 'replace', 'touch', 'list', 'end']),
      load: async () => (await import('./mongodb/mongodb')).createMongodbDriver(clock),
    },
    dynamodb: {
      abilities: new Set(['write', 'replace', 'touch', 'list', 'end']),
      load: async () => (await import('./dynamodb/dynamodb')).createDynamodbDriver(clock),
    },
    http: {
      abilities: new Set(),
      load: async () => (await import('./http/http')).createHttpDriver(clock),
    },
    // File systems have no compare-and-set.
    file: {
      abilities: new Set(['write', 'list']),
      load: async () => (await import('./file/file')).createFileDriver(home),
    },
  }
}
