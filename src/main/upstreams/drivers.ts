import type { DriverName } from '@shared/connections/drivers'
import type { Driver } from './driver'
import { createFileDriver } from './file/file'
import { redis } from './redis/redis'

/** All that the drivers need of this machine. */
interface DriverSurroundings {
  /** Absolute path of the data folder. */
  home: string
}

/** What is behind each row of the table of drivers. A line per technology. */
export function createDrivers({ home }: DriverSurroundings): Readonly<Record<DriverName, Driver>> {
  return {
    redis,
    file: createFileDriver(home),
  }
}
