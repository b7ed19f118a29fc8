import type { Dotenv } from './dotenv'
import type { Io } from './io'
import { join } from 'node:path'
import { messageOf } from '@shared/errors'
import { localFailure } from './failure'

/**
 * File in the data folder with the `.env` files that may decide everything: the path of each, and
 * the digest of its content.
 */
const trustFileName = 'trusted.json'

/** `changed`: the file was trusted with different content. */
export type Standing = 'trusted' | 'changed' | 'untrusted'

interface Trust {
  standing: (file: Pick<Dotenv, 'path' | 'digest'>) => Standing
  /** Absolute paths, in order. */
  paths: () => string[]
  add: (file: Pick<Dotenv, 'path' | 'digest'>) => void
  /** Returns false if the file was not trusted. */
  remove: (path: string) => boolean
}

type PrivateFiles = Pick<Io, 'readPrivateFile' | 'writePrivateFile'>

/** Opens the list in a data folder. Throws Failure if it exists but cannot be trusted. */
export function openTrust(home: string, { readPrivateFile, writePrivateFile }: PrivateFiles): Trust {
  const path = join(home, trustFileName)
  const digests = read()

  function read(): Map<string, string> {
    try {
      return parse(path, readPrivateFile(path).toString('utf8'))
    }
    catch (error) {
      if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
        return new Map()
      throw localFailure(`The list of trusted files cannot be used: ${messageOf(error)}`, error)
    }
  }

  function write(): void {
    try {
      writePrivateFile(path, `${JSON.stringify({ version: 1, files: Object.fromEntries(digests) }, null, 2)}\n`)
    }
    catch (error) {
      throw localFailure(`${path} cannot be written: ${messageOf(error)}`, error)
    }
  }

  return {
    standing(file) {
      const digest = digests.get(file.path)
      if (digest === undefined)
        return 'untrusted'
      return digest === file.digest ? 'trusted' : 'changed'
    },
    paths: () => [...digests.keys()].sort(),
    add(file) {
      digests.set(file.path, file.digest)
      write()
    },
    remove(file) {
      const removed = digests.delete(file)
      if (removed)
        write()
      return removed
    },
  }
}

/** Throws an Error if Larder did not write the text. */
function parse(path: string, text: string): Map<string, string> {
  const { version, files } = (parseJson(text) ?? {}) as { version?: unknown, files?: unknown }
  const entries = typeof files === 'object' && files !== null ? Object.entries(files) : []
  if (version !== 1 || !entries.every((entry): entry is [string, string] => typeof entry[1] === 'string'))
    throw new Error(`${path} does not hold trusted files of version 1; move it away, and run larder trust again`)
  return new Map(entries)
}

/** Undefined if the text is not JSON, because the parser's own message would help nobody. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  }
  catch {
    return undefined
  }
}
