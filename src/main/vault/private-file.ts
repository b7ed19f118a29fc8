import type { Logger } from '../base/logger'
import type { SecretVault } from '../base/secret-vault'
import { join } from 'node:path'
import { LarderError, messageOf } from '@shared/errors'

/** The part of `storage/private-files` that the vault needs; it may not import that file. */
export interface PrivateFiles {
  /** Replaces a file completely or not at all, readable only by its owner. */
  writeFileAtomic: (path: string, data: string) => void
  /**
   * Closes a file to others, and returns whether it had to. Throws if the file does not belong to
   * the person.
   */
  tightenFile: (path: string) => 'missing' | 'private' | 'tightened'
  /** Whole content, without following a link. Throws if others can reach the file. */
  readPrivateFile: (path: string) => Buffer
}

interface PrivateFileOptions {
  /** Absolute data folder; the secrets are in `secrets.json` in it. */
  home: string
  files: PrivateFiles
  logger: Logger
}

/**
 * Secrets as readable text in a file that only its owner may open. The file is read anew each time,
 * and never overwritten while it cannot be understood, so that people can repair by hand what they
 * damaged by hand. Throws an Error with a sentence if the file does not belong to the person.
 */
export function createPrivateFileVault({ home, files, logger }: PrivateFileOptions): SecretVault {
  const file = join(home, 'secrets.json')

  function isThere(): boolean {
    const found = files.tightenFile(file)
    if (found === 'tightened') {
      logger.warn(
        'secrets.json was open to other users and is closed to them now; rotate the API keys in it if they may have read it',
        { file },
      )
    }
    return found !== 'missing'
  }

  function read(): Map<string, string> {
    try {
      return !isThere() ? new Map() : parse(files.readPrivateFile(file).toString('utf8'))
    }
    catch (error) {
      throw new LarderError(
        'vault-unavailable',
        `The file ${file} cannot be used: ${messageOf(error)}.`,
        { cause: error },
      )
    }
  }

  function write(secrets: Map<string, string>): void {
    try {
      files.writeFileAtomic(file, `${JSON.stringify({ version: 1, secrets: Object.fromEntries(secrets) }, null, 2)}\n`)
    }
    catch (error) {
      throw new LarderError(
        'vault-unavailable',
        `The file ${file} cannot be written: ${messageOf(error)}.`,
        { cause: error },
      )
    }
  }

  // A file of somebody else ends the start, because going on without secrets would hide it.
  isThere()
  return {
    driver: 'file',
    async state() {
      try {
        read()
        return { state: 'ok', detail: `API keys are kept in the file ${file}, which only its owner can read.` }
      }
      catch (error) {
        return { state: 'unavailable', detail: messageOf(error) }
      }
    },
    get: async account => read().get(account) ?? null,
    async set(account, secret) {
      write(read().set(account, secret))
    },
    async delete(account) {
      const secrets = read()
      if (secrets.delete(account))
        write(secrets)
    },
  }
}

/**
 * Returns a Map, so that `__proto__` is an account like any other. The messages never quote the
 * file, because it contains secrets.
 */
function parse(text: string): Map<string, string> {
  let content: unknown
  try {
    content = JSON.parse(text)
  }
  catch {
    // The parser's own message would quote part of the file.
    throw new Error('it is not JSON')
  }
  if (!isRecord(content) || content.version !== 1 || !isRecord(content.secrets))
    throw new Error('it does not hold secrets of version 1')
  const secrets = new Map<string, string>()
  for (const [account, secret] of Object.entries(content.secrets)) {
    if (typeof secret !== 'string')
      throw new TypeError('one of its secrets is not text')
    secrets.set(account, secret)
  }
  return secrets
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
