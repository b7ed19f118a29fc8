import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

// Tests on the stand-in are valid for the product because the product cannot distinguish it from
// Electron.
it('nothing in src knows that the stand-in exists', () => {
  const root = join(import.meta.dirname, '../../../src')
  const files = readdirSync(
    root,
    { recursive: true, encoding: 'utf8' },
  ).filter(name => /\.(?:ts|vue|cjs|html|js)$/.test(name))
  expect(files.length).toBeGreaterThan(100)
  expect(files.filter(name =>
    /stand-?in\b|larder_standin|playwright/i.test(readFileSync(join(root, name), 'utf8')))).toEqual([])
})
