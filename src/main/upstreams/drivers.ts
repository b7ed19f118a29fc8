import type { DriverName } from '@shared/connections/drivers'
import type { LazyDriver } from './driver'

/** All that the drivers need of this machine. */
interface DriverSurroundings {
  /** Absolute path of the data folder. */
  home: string
}

/** What is behind each row of the table of drivers; none is loaded before it is used. */
export function createDrivers({ home }: DriverSurroundings): Readonly<Record<DriverName, LazyDriver>> {
  return {
    redis: {
      abilities: new Set(['write', 'replace', 'list', 'end']),
      load: async () => (await import('./redis/redis')).redis,
    },
    // File systems have no compare-and-set.
    file: {
      abilities: new Set(['write', 'list']),
      load: async () => (await import('./file/file')).createFileDriver(home),
    },
  }
}
