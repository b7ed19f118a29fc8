import type { SnapshotFiles } from '../../src/main/base/snapshot-files'
import { Buffer } from 'node:buffer'
import { LarderError } from '../../src/shared/errors'

/** Snapshots in memory. `failure` is what changing them throws. */
export function createMemorySnapshotFiles(): SnapshotFiles & { failure: Error | undefined } {
  const users = new Map<string, Map<string, Buffer>>()
  const check = (): void => {
    if (made.failure)
      throw made.failure
  }
  const filesOf = (userId: string): Map<string, Buffer> => {
    const known = users.get(userId) ?? new Map<string, Buffer>()
    users.set(userId, known)
    return known
  }
  function find(userId: string, name: string): Buffer {
    const data = filesOf(userId).get(name)
    if (data === undefined)
      throw new LarderError('snapshot-not-found', `There is no snapshot ${name}.`)
    return data
  }
  const made = {
    failure: undefined as Error | undefined,
    list: (userId: string) => [...filesOf(userId)].map(([name, { length }]) => ({ name, bytes: length, savedAt: 0 })),
    open(userId: string, name: string) {
      const data = find(userId, name)
      const read = async (from: number, length: number): Promise<Buffer> => data.subarray(from, from + length)
      return { bytes: data.length, read, close() {} }
    },
    async create(userId: string) {
      check()
      let data = Buffer.alloc(0)
      return {
        get bytes() {
          return data.length
        },
        async write(text: string) {
          data = Buffer.concat([data, Buffer.from(text)])
        },
        keep: async (name: string) => void filesOf(userId).set(name, data),
        remove() {},
      }
    },
    remove(userId: string, name: string) {
      find(userId, name)
      check()
      filesOf(userId).delete(name)
    },
    drop: (userId: string) => void users.delete(userId),
  }
  return made
}
