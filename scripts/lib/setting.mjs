import { existsSync, readFileSync } from 'node:fs'
import process from 'node:process'
import * as util from 'node:util'

/**
 * A setting from the environment, else from `.env` in the working directory, as the server itself reads them.
 *
 * @param {string} name
 * @returns {string | undefined} Its text.
 */
export function setting(name) {
  if (process.env[name] !== undefined || !existsSync('.env'))
    return process.env[name]
  return util.parseEnv(readFileSync('.env', 'utf8'))[name]
}

/** @param {string | undefined} value What a setting says. */
export function isOn(value) {
  return value !== undefined && !['', '0', 'false', 'no', 'off'].includes(value.toLowerCase())
}
