import { Buffer } from 'node:buffer'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'

/**
 * The intended places of secrets: the vault's file and the file of the control token. Only their
 * owner can read them (S23).
 */
const homesOfSecrets: Record<string, string[]> = {
  'secrets.json': ['key', 'rotated key', 'first key', 'connection secret'],
  'control.json': ['control token'],
}

/** A secret as somebody may write it down. */
export function spellings(secret: string): string[] {
  const bytes = Buffer.from(secret)
  // Finding only the random part would be as bad as finding the whole secret.
  const core = secret.includes('_') ? secret.split('_').sort((a, b) => b.length - a.length)[0] ?? secret : secret
  return [
    secret,
    core,
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    bytes.toString('hex'),
    bytes.toString('utf16le'),
    encodeURIComponent(secret),
  ]
}

/** Returns every file of the data folder that contains a readable secret. */
export function findings(home: string, secrets: Record<string, string>): string[] {
  const files = readdirSync(home, { recursive: true, withFileTypes: true })
    .filter(file => file.isFile())
    .map(file => join(file.parentPath, file.name))
  expect(files.length).toBeGreaterThan(4)
  return files.flatMap((file) => {
    const name = file.slice(home.length + 1)
    const content = readFileSync(file)
    return Object.entries(secrets)
      .filter(([what, secret]) =>
        !homesOfSecrets[name]?.includes(what) && spellings(secret).some(text => content.includes(text)))
      .map(([what]) => `${what} in ${name}`)
  })
}
