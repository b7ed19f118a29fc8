import type { ExportFile, ExportFiles } from '../../src/main/base/export-files'
import { Buffer } from 'node:buffer'

interface MemoryExportFile extends ExportFile {
  readonly text: string
  readonly removed: boolean
}

/** Exported files in memory. `failure` is what creating and writing them rejects with. */
export function createMemoryExportFiles(): ExportFiles & { files: MemoryExportFile[], failure: Error | undefined } {
  const files: MemoryExportFile[] = []
  const made = {
    files,
    failure: undefined as Error | undefined,
    async create() {
      let data = Buffer.alloc(0)
      let removed = false
      const check = (): void => {
        if (made.failure)
          throw made.failure
      }
      check()
      const file: MemoryExportFile = {
        get bytes() {
          return data.length
        },
        get text() {
          return data.toString()
        },
        get removed() {
          return removed
        },
        async write(added) {
          check()
          data = Buffer.concat([data, typeof added === 'string' ? Buffer.from(added) : added])
        },
        read: async (from, length) => data.subarray(from, from + length),
        remove() {
          removed = true
        },
      }
      files.push(file)
      return file
    },
  }
  return made
}
