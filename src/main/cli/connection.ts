import type { ControlFile } from '../base/control-file'
import type { Io } from './io'
import { join } from 'node:path'
import { messageOf } from '@shared/errors'
import { controlFileName } from '../base/control-file'
import { isLoopback } from './addresses'
import { localFailure, unreachableFailure } from './failure'
import { baseUrl } from './values'

/** Address of the server, and the credential for it. */
export interface Connection {
  url: URL
  /** Sent as `Authorization: Bearer`. */
  token: string | null
  /**
   * Whether the certificate may name another address, because the control file vouches for the
   * server. It also does so without TLS.
   */
  vouched: boolean
  /** Advice to show if nobody answers there. */
  hint: string
}

interface ConnectionChoice {
  /** `--url`. */
  url: URL | undefined
  /** `LARDER_API_KEY`. */
  apiKey: string | undefined
  /** Address of a server that is started with the same settings. */
  defaultUrl: URL
  home: string
  /** Whether the person named the data folder, by `--home` or `LARDER_HOME`. */
  homeNamed: boolean
  readPrivateFile: Io['readPrivateFile']
}

/**
 * Finds the server: by `--url` with `LARDER_API_KEY`; otherwise by the control file in the data
 * folder; otherwise, if there is an API key but no control file, at the default address. A data
 * folder that is named stands for its own server: if none runs there, no other one is asked. The
 * control token is only ever sent to the server that wrote it, and to another machine only if
 * `--url` names the address too. Throws Failure (unreachable) if nothing says where a server is,
 * and Failure (error) if the control file cannot be trusted.
 */
export function findConnection(choice: ConnectionChoice): Connection {
  const { url, apiKey, defaultUrl, home, homeNamed, readPrivateFile } = choice
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
  if (apiKey !== undefined && !homeNamed) {
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

/** Undefined if the text was not written by Larder. */
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
    // The message of `baseUrl` is for people who write an address. A program wrote this one, or
    // somebody with bad intentions.
    return false
  }
}
