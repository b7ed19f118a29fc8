import type { Source, SourceValue } from '../../serving/sources/source'
import type { SourceOptions } from '../driver'
import type { ValueFolder } from './folder'
import { SourceError } from '../../serving/sources/source'
import { keyPages } from '../key-pages'
import { fileOfKey, keyOfFile } from './names'
import { typeOfFileName } from './types'

/** The files of a folder as values. They have no TTL. */
export function createFileSource(folder: ValueFolder, { format }: SourceOptions): Source {
  return {
    async load(key, signal): Promise<SourceValue | undefined> {
      const name = fileOfKey(key)
      // No file can have such a name.
      if (name === undefined)
        return undefined
      const value = await folder.read(name, signal)
      return value && { value, contentType: typeOfFileName(name) ?? format }
    },
    writes: {
      async set(key, { value }, signal) {
        await folder.write(requireFile(key), value, signal)
      },
      async delete(key) {
        const name = fileOfKey(key)
        return name !== undefined && await folder.remove(name)
      },
    },
    keys: (prefix, signal) => keysOf(folder, prefix, signal),
  }
}

/** The keys of files, in pieces. */
export function keysOf(folder: ValueFolder, prefix: string, signal: AbortSignal): AsyncIterable<string[]> {
  return keyPages(folder.names(signal), keyOfFile, prefix)
}

/** The file of a key that is written. Throws SourceError `refused`. */
export function requireFile(key: string): string {
  const name = fileOfKey(key)
  if (name === undefined)
    throw new SourceError('refused', 'The key is too long for the name of a file.')
  return name
}
