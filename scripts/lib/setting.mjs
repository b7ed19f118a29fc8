import { existsSync, readFileSync, statSync } from 'node:fs'
import process from 'node:process'
import * as util from 'node:util'

/**
 * LARDER_HEADLESS from the environment, else from `.env` in the working directory, as the server
 * itself reads it. It is one of the few settings that a `.env` may decide whoever wrote it; no
 * other is to be read here.
 *
 * @returns {string | undefined} Its text.
 */
export function headlessSetting() {
  const name = 'LARDER_HEADLESS'
  // A link to a device would never come to an end. The server says what is wrong with such a file.
  if (process.env[name] !== undefined || !existsSync('.env') || !statSync('.env').isFile())
    return process.env[name]
  return util.parseEnv(readFileSync('.env', 'utf8'))[name]
}

/** @param {string | undefined} value What a setting says. */
export function isOn(value) {
  return value !== undefined && !['', '0', 'false', 'no', 'off'].includes(value.toLowerCase())
}
