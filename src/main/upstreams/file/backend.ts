import type { Backend } from '../../serving/backends/backend'
import type { ValueFolder } from './folder'
import { limits } from '@shared/limits'
import { fileOfKey } from './names'
import { keysOf, requireFile } from './source'

/** The files of a folder as entries. File systems end no lives, and cannot compare and set. */
export function createFileBackend(folder: ValueFolder): Backend {
  return {
    endsLives: false,
    beyond: async (key, bytes) =>
      fileOfKey(key) === undefined ? 'key' : bytes > limits.valueMax ? 'value' : null,
    async get(key, signal) {
      const name = fileOfKey(key)
      const bytes = name === undefined ? undefined : await folder.read(name, signal)
      return bytes && { bytes, life: null }
    },
    set: async (key, { bytes }, signal) => await folder.write(requireFile(key), bytes, signal),
    async delete(key) {
      const name = fileOfKey(key)
      return name !== undefined && await folder.remove(name)
    },
    keys: (prefix, signal) => keysOf(folder, prefix, signal),
  }
}
