import type { ControlFile } from '../base/control-file'
import type { Io } from './io'
import { join } from 'node:path'
import { messageOf } from '@shared/errors'
import { controlFileName } from '../base/control-file'
import { isLoopback } from './addresses'
import { localFailure, unreachableFailure } from './failure'
import { baseUrl } from './values'

/** Where the server is, and what to show it. */
export interface Connection {
  url: URL
  /** Sent as `Authorization: Bearer`. */
  token: string | null
  /**
   * The certificate need not name this address: the control file vouches for the server, as it does
   * where there is no TLS.
   */
  vouched: boolean
  /** What to say when nobody answers there. */
  hint: string
}

interface ConnectionChoice {
  /** `--url`. */
  url: URL | undefined
  /** `LARDER_API_KEY`. */
  apiKey: string | undefined
  /** Where a server would be that was started with the same settings. */
  defaultUrl: URL
  home: string
  readPrivateFile: Io['readPrivateFile']
}

/**
 * Finds the server: `--url` with `LARDER_API_KEY`; else the control file in the data folder; else,
 * where there is none but an API key, the default address. The control token is only ever sent to
 * the server that wrote it, and beyond this machine only where `--url` names the address too.
 * Throws Failure (unreachable) when nothing tells where a server is, and Failure (error) where the
 * control file is not to be believed.
 */
export function findConnection({ url, apiKey, defaultUrl, home, readPrivateFile }: ConnectionChoice): Connection {
  const control = readControlFile(home, readPrivateFile)
  const here = control !== undefined && isLoopback(control.url.hostname.replace(/^\[(.*)\]$/, '$1'))
  if (control && !here && !url) {
    const { origin } = control.url
    throw localFailure(`${join(home, controlFileName)} names ${origin}, which other machines may serve. `
      + `If that is your server, name it with --url ${origin}`)
  }
  if (control && (!url || url.origin === control.url.origin)) {
    const hint = `${controlFileName} in ${home} is left over from a server that has ended. Start one with: larder serve`
    return { url: url ?? control.url, token: control.token, vouched: here, hint }
  }
  if (url)
    return { url, token: apiKey ?? null, vouched: false, hint: 'Check --url, and that the server runs.' }
  if (apiKey !== undefined) {
    return {
      url: defaultUrl,
      token: apiKey,
      vouched: false,
      hint: 'Start a server with: larder serve (or name its address with --url)',
    }
  }
  throw unreachableFailure(
    `No server is running on ${home}. Start one with: larder serve (or name its address with --url and LARDER_API_KEY)`,
  )
}

/**
 * The control file is believed only if nobody but the person can have written it, and only about
 * this machine: otherwise it could send commands, values and a token anywhere.
 */
function readControlFile(
  home: string,
  readPrivateFile: Io['readPrivateFile'],
): { url: URL, token: string } | undefined {
  const path = join(home, controlFileName)
  let text: string
  try {
    text = readPrivateFile(path).toString('utf8')
  }
  catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return undefined
    throw localFailure(`The control file cannot be trusted: ${messageOf(error)}`, error)
  }
  const control = parseControlFile(text)
  if (!control)
    throw localFailure(`${path} is not a control file of Larder. Restart the server, which writes it again.`)
  return control
}

/** Undefined for everything that no Larder wrote. */
function parseControlFile(text: string): { url: URL, token: string } | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  }
  catch {
    return undefined
  }
  const { url, token } = (value ?? {}) as Partial<Record<keyof ControlFile, unknown>>
  if (typeof url !== 'string' || !isAddress(url) || typeof token !== 'string' || !/^[\x21-\x7E]+$/.test(token))
    return undefined
  return { url: new URL(url), token }
}

function isAddress(text: string): boolean {
  try {
    baseUrl(text)
    return true
  }
  catch {
    // Its message is for people who write an address; a program wrote this one, or nobody who means
    // well.
    return false
  }
}
