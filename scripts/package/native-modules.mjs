import { Buffer } from 'node:buffer'
import { closeSync, existsSync, openSync, readdirSync, readSync } from 'node:fs'
import { join } from 'node:path'

/** Machine numbers of ELF, of Mach-O and of PE. */
const elf = { 62: 'x64', 183: 'arm64' }
const machO = { 0x1000007: 'x64', 0x100000C: 'arm64' }
const pe = { 0x8664: 'x64', 0xAA64: 'arm64' }

/**
 * Reads from its first bytes what a native module was compiled for.
 *
 * @param {string} file
 * @returns {string} `linux-x64`, `darwin-arm64` …; `unknown` for anything else.
 */
export function targetOf(file) {
  const head = firstBytes(file, 4096)
  if (head.length < 64)
    return 'unknown'
  if (head.readUInt32BE(0) === 0x7F454C46)
    return named('linux', elf[head.readUInt16LE(18)])
  if (head.readUInt32LE(0) === 0xFEEDFACF)
    return named('darwin', machO[head.readUInt32LE(4)])
  const at = head.readUInt32LE(60)
  if (head.toString('latin1', 0, 2) === 'MZ' && at + 6 <= head.length && head.readUInt32LE(at) === 0x4550)
    return named('win32', pe[head.readUInt16LE(at + 4)])
  return 'unknown'
}

/** @returns {string[]} All native modules below `folder`, as paths from there. */
export function nativeModulesIn(folder) {
  return existsSync(folder)
    ? readdirSync(folder, { recursive: true }).filter(name => name.endsWith('.node')).sort()
    : []
}

/**
 * @param {string} folder
 * @param {string} target `linux-x64` …
 * @throws {Error} Names the modules that the target could not load.
 */
export function demandTarget(folder, target) {
  const foreign = nativeModulesIn(folder).filter(name => targetOf(join(folder, name)) !== target)
  if (foreign.length > 0) {
    throw new Error(
      `These native modules are not for ${target}: ${foreign.map(name => `${name} (${targetOf(join(folder, name))})`).join(', ')}. keytar is compiled at install: package on the target itself, or install with --omit=optional.`,
    )
  }
}

function named(platform, architecture) {
  return architecture ? `${platform}-${architecture}` : 'unknown'
}

function firstBytes(file, count) {
  const descriptor = openSync(file)
  try {
    const bytes = Buffer.alloc(count)
    return bytes.subarray(0, readSync(descriptor, bytes))
  }
  finally {
    closeSync(descriptor)
  }
}
