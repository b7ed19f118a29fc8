import type { DiskFigures } from '../base/disk-figures'
import { readdir, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { logFolder } from './log-files'

/** Asks the system. Rejects with what `node:fs` throws. */
export async function measureDisk(home: string): Promise<DiskFigures> {
  const { bavail, blocks, bsize } = await statfs(home)
  return {
    disk: { free: bavail * bsize, size: blocks * bsize },
    files: {
      databases: await sizeOf(home, /\.db(?:-wal|-shm)?$/),
      log: await sizeOf(join(home, logFolder), /\.log$/),
    },
  }
}

async function sizeOf(folder: string, names: RegExp): Promise<number> {
  let bytes = 0
  for (const name of (await readdir(folder)).filter(name => names.test(name))) {
    // A file may go, or get another name, between the two calls.
    const found = await stat(join(folder, name)).catch(() => null)
    bytes += found?.size ?? 0
  }
  return bytes
}
