import type { LogFields } from '../../../src/main/base/logger'
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { silentLogger } from '../../../src/main/base/logger'
import * as files from '../../../src/main/storage/private-files'
import { createPrivateFileVault } from '../../../src/main/vault/private-file'
import { describeVault } from '../../contract/vault'
import { temporaryFolder } from '../../helpers/folder'

describeVault('private file', () => createPrivateFileVault({ home: temporaryFolder(), files, logger: silentLogger }))

it('keeps secrets over a restart, in a file for its owner alone (S23)', async () => {
  // Red when privateFileMode is 0o644.
  const home = temporaryFolder()
  await createPrivateFileVault({ home, files, logger: silentLogger }).set('a', 'secret')
  expect(statSync(join(home, 'secrets.json')).mode & 0o777).toBe(0o600)
  expect(await createPrivateFileVault({ home, files, logger: silentLogger }).get('a')).toBe('secret')
})

it('closes a file that is open to others, and warns', async () => {
  const home = temporaryFolder()
  const warnings: [message: string, fields?: LogFields][] = []
  const vault = createPrivateFileVault({
    home,
    files,
    logger: { ...silentLogger, warn: (...line) => void warnings.push(line) },
  })
  await vault.set('a', 'canary-secret')
  chmodSync(join(home, 'secrets.json'), 0o644)
  expect(await vault.get('a')).toBe('canary-secret')
  expect(statSync(join(home, 'secrets.json')).mode & 0o777).toBe(0o600)
  expect(warnings).toHaveLength(1)
  expect(JSON.stringify(warnings)).not.toContain('canary')
  await vault.get('a')
  expect(warnings).toHaveLength(1)
})

it.each([
  '',
  'canary-secret',
  '[]',
  '{"version":2,"secrets":{}}',
  '{"version":1,"secrets":{"a":1}}',
  '{"version":1,"secrets":["canary-secret"]}',
])('never writes over a file that it cannot read: %j (S11)', async (content) => {
  // Red when read() returns an empty Map instead of throwing.
  const home = temporaryFolder()
  const file = join(home, 'secrets.json')
  writeFileSync(file, content, { mode: 0o600 })
  const vault = createPrivateFileVault({ home, files, logger: silentLogger })
  const condition = await vault.state()
  expect(condition.state).toBe('unavailable')
  expect(condition.detail).not.toContain('canary')
  await expect(vault.get('a')).rejects.toMatchObject({ code: 'vault-unavailable' })
  await expect(vault.set('a', 'b')).rejects.toMatchObject({ code: 'vault-unavailable' })
  await expect(vault.delete('a')).rejects.toMatchObject({ code: 'vault-unavailable' })
  expect(readFileSync(file, 'utf8')).toBe(content)
})
