import type { EnvironmentConnection } from '../base/configuration'
import type { Given } from './arguments'
import type { Io } from './io'
import type { Option } from './options'
import { createHash } from 'node:crypto'
import { posix, win32 } from 'node:path'
import { parseEnv } from 'node:util'
import { fileReason } from '../base/file-reason'
import { localFailure } from './failure'
import { connectionOptions, givenIn, options } from './options'

/** A `.env` file, as it was at the time of reading. */
export interface Dotenv {
  /** Absolute path. */
  path: string
  /** Digest of the whole content. */
  digest: string
  find: (option: Option) => Given | undefined
  /** The connections that it gives. */
  connections: readonly Option<EnvironmentConnection>[]
  /** The options it sets although a folder alone must not decide them. */
  guarded: readonly Option[]
  /** All variables in it. */
  variables: Readonly<Record<string, string | undefined>>
}

type DotenvSources = Pick<Io, 'platform' | 'readSmallFile'>

/**
 * Reads the `.env` of a folder; undefined if there is none. Throws Failure if it exists but cannot
 * be read.
 */
export function readDotenv(folder: string, { platform, readSmallFile }: DotenvSources): Dotenv | undefined {
  const path = (platform === 'win32' ? win32 : posix).join(folder, '.env')
  let content: Buffer
  try {
    content = readSmallFile(path)
  }
  catch (error) {
    // No file, or a folder of that name, in which some keep a Python virtual environment.
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EISDIR'))
      return undefined
    throw localFailure(`${path} cannot be read: ${fileReason(error)}`, error)
  }
  // Editors on Windows may add a byte order mark, which would become part of the first name.
  const values = parseEnv(content.toString('utf8').replace(/^\uFEFF/, ''))
  const find = (option: Option): Given | undefined => givenIn(values, option, ` in ${path}`)
  const connections = connectionOptions(values)
  return {
    path,
    connections,
    variables: values,
    digest: createHash('sha256').update(content).digest('hex'),
    find,
    guarded: [...Object.values<Option>(options), ...connections]
      .filter(option => !option.harmless && find(option) !== undefined),
  }
}
