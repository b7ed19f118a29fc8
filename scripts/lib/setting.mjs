import { existsSync, readFileSync, statSync } from 'node:fs'
import process from 'node:process'
import * as util from 'node:util'

/**
 * LARDER_HEADLESS from the environment, otherwise from `.env` in the working directory, as the
 * server reads it. It is one of the few settings that any `.env` may decide, trusted or not; no
 * other setting may be read here.
 *
 * @returns {string | undefined} The text of the setting.
 */
export function headlessSetting() {
  const name = 'LARDER_HEADLESS'
  // Reading a link to a device would never end. The server reports what is wrong with such a file.
  if (process.env[name] !== undefined || !existsSync('.env') || !statSync('.env').isFile())
    return process.env[name]
  return util.parseEnv(readFileSync('.env', 'utf8'))[name]
}

/** @param {string | undefined} value The text of a setting. */
export function isOn(value) {
  return value !== undefined && !['', '0', 'false', 'no', 'off'].includes(value.toLowerCase())
}
