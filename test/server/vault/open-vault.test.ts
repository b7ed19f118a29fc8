import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { silentLogger } from '../../../src/main/base/logger'
import * as files from '../../../src/main/storage/private-files'
import { createKeytar, loadKeytar } from '../../../src/main/vault/keychain-process'
import { openVault } from '../../../src/main/vault/vault'
import { describeVault } from '../../contract/vault'
import { timed } from '../../helpers/durations'
import { temporaryFolder } from '../../helpers/folder'
import { requireKeyring, startKeyring, startKeytar, startStuckKeyring } from '../../helpers/keyring'

const program = requireKeyring()
/** Milliseconds that a keychain gets on a busy machine, where starting a process takes seconds. */
const patientLimit = 60_000

function open(choice: Parameters<typeof openVault>[0]['choice'], home: string, keychainLimit?: number) {
  return openVault({ choice, home, files, logger: silentLogger, keychainLimit })
}
async function missing(): Promise<never> {
  throw new Error('the module keytar is not installed')
}

afterEach(() => void vi.unstubAllEnvs())

describe('choice of the vault', () => {
  it('keeps nothing with env, and says what is known', async () => {
    const { vault, warning } = await open('env', temporaryFolder())
    expect({ driver: vault.driver, warning }).toEqual({ driver: 'environment', warning: null })
    expect((await vault.state()).detail).toContain('LARDER_API_KEY')
    expect(await vault.get('a')).toBeNull()
    await expect(vault.set('a', 'b')).rejects.toMatchObject({ code: 'vault-unavailable' })
  })

  it('uses the file without looking for a keychain', async () => {
    const { vault, reason, warning } = await openVault({
      choice: 'file',
      home: temporaryFolder(),
      files,
      logger: silentLogger,
      loadKeytar: () => expect.unreachable(),
    })
    expect({ driver: vault.driver, reason, warning }).toEqual({ driver: 'file', reason: null, warning: null })
  })

  it('falls back with auto when the module is missing, and says so (S11)', async () => {
    const { vault, wanted, reason, warning } = await openVault({
      choice: 'auto',
      home: temporaryFolder(),
      files,
      logger: silentLogger,
      loadKeytar: missing,
    })
    expect({ driver: vault.driver, wanted, reason }).toEqual({
      driver: 'file',
      wanted: 'auto',
      reason: 'The keychain cannot be used: the module keytar is not installed.',
    })
    expect(warning).toBe(
      'The keychain cannot be used: the module keytar is not installed. API keys are kept in the private file secrets.json of the data folder instead.',
    )
  })

  it('looks for the real module, and says that it is missing (S11)', async () => {
    const { warning } = await openVault({
      choice: 'auto',
      home: temporaryFolder(),
      files,
      logger: silentLogger,
      loadKeytar: () => loadKeytar(temporaryFolder()),
      keychainLimit: patientLimit,
    })
    expect(warning).toMatch(
      /^The keychain cannot be used: the module keytar is not installed or not built\. API keys are kept/,
    )
  })

  it('does not fall back when the keychain was asked for by name (S11)', async () => {
    // Red when openVault falls back for every choice, so without `if (choice === 'keychain')`.
    const home = temporaryFolder()
    const { vault, warning } = await openVault({
      choice: 'keychain',
      home,
      files,
      logger: silentLogger,
      loadKeytar: missing,
    })
    expect({ driver: vault.driver, warning }).toEqual({
      driver: 'keychain',
      warning: 'The keychain cannot be used: the module keytar is not installed.',
    })
    expect((await vault.state()).state).toBe('unavailable')
    await expect(vault.set('a', 'b')).rejects.toMatchObject({ code: 'vault-unavailable' })
    expect(existsSync(join(home, 'secrets.json'))).toBe(false)
  })

  it('says that neither works', async () => {
    const home = temporaryFolder()
    writeFileSync(join(home, 'secrets.json'), '', { mode: 0o600 })
    const { warning } = await openVault({ choice: 'auto', home, files, logger: silentLogger, loadKeytar: missing })
    expect(warning).toMatch(/keytar is not installed\. The file .* cannot be used: it is not JSON\.$/)
  })
})

// keytar is an optional dependency: it is missing if the headers of libsecret were missing when it
// was installed.
const keytar = await loadKeytar()
  .then(loaded => loaded.getPassword('larder', 'larder-probe'))
  .then(() => '', (error: unknown) =>
    String(error).includes('not installed') ? `${String(error)}: apt-get install libsecret-1-dev, then npm ci.` : '')
if (keytar !== '' && process.env.CI === 'true')
  throw new Error(keytar)
if (keytar !== '')
  console.warn(`Skipped: ${keytar}`)

describe.skipIf(!program.available || keytar !== '' || process.platform !== 'linux')('real keychain', () => {
  it('falls back without a bus, at once, and says why (S11)', async () => {
    vi.stubEnv('DBUS_SESSION_BUS_ADDRESS', `unix:path=${temporaryFolder()}/none`)
    const start = performance.now()
    const { vault, warning } = await open('auto', temporaryFolder(), timed ? undefined : patientLimit)
    if (timed)
      expect(performance.now() - start).toBeLessThan(3000)
    expect(vault.driver).toBe('file')
    expect(warning).toMatch(/^The keychain cannot be used: .+ API keys are kept in the private file/)
    await vault.set('a', 'kept')
    expect(await vault.get('a')).toBe('kept')
    const named = await open('keychain', temporaryFolder(), patientLimit)
    expect(named.vault.driver).toBe('keychain')
    expect((await named.vault.state()).state).toBe('unavailable')
  })

  it('keeps secrets over a lock and a restart, and never answers null in between (S11)', async () => {
    // Red when get() returns the first null without checking the probe.
    const folder = temporaryFolder()
    const home = temporaryFolder()
    const first = await startKeyring(folder, 'unlocked')
    vi.stubEnv('DBUS_SESSION_BUS_ADDRESS', first.address)
    const { vault, warning } = await open('auto', home, patientLimit)
    expect({ driver: vault.driver, warning }).toEqual({ driver: 'keychain', warning: null })
    // Goes through a separate process for each call, in both directions, with texts that could
    // break argument lists, lines and JSON.
    const odd = ['__proto__', 'ключ 🔑', 'a"b\\c\n', '../../x', '\u2028'].join(' ')
    await Promise.all([vault.set('a', 'first'), vault.set(odd, `${odd} ${'x'.repeat(8192)}`)])
    expect(await vault.get(odd)).toBe(`${odd} ${'x'.repeat(8192)}`)
    first.lock()
    expect((await vault.state()).state).toBe('locked')
    await expect(vault.get('a')).rejects.toMatchObject({ code: 'vault-unavailable' })
    await expect(vault.set('a', 'second')).rejects.toMatchObject({ code: 'vault-unavailable' })
    await first.stop()

    const second = await startKeyring(folder, 'locked')
    vi.stubEnv('DBUS_SESSION_BUS_ADDRESS', second.address)
    const start = performance.now()
    const named = await open('keychain', home, patientLimit)
    if (timed)
      expect(performance.now() - start).toBeLessThan(3000)
    expect(named.vault.driver).toBe('keychain')
    expect(named.warning).toContain('locked')
    await expect(named.vault.get('a')).rejects.toMatchObject({ code: 'vault-unavailable' })
    await expect(named.vault.delete('a')).rejects.toMatchObject({ code: 'vault-unavailable' })
    await second.stop()

    const third = await startKeyring(folder, 'unlocked')
    vi.stubEnv('DBUS_SESSION_BUS_ADDRESS', third.address)
    expect(await (await open('keychain', home, patientLimit)).vault.get('a')).toBe('first')
    await third.stop()
  })

  it('does not wait for a keyring that does not answer (S11)', async () => {
    // Red when ask() awaits the call without the race.
    const bus = await startStuckKeyring(temporaryFolder())
    vi.stubEnv('DBUS_SESSION_BUS_ADDRESS', bus.address)
    const start = performance.now()
    const { vault, warning } = await open('keychain', temporaryFolder())
    await expect(vault.set('a', 'b')).rejects.toMatchObject({ code: 'vault-unavailable' })
    if (timed)
      expect(performance.now() - start).toBeLessThan(3000)
    expect(warning).toContain('no answer in time')
    await bus.stop()
  })

  describe('unlocked', () => {
    let keytar: ReturnType<typeof startKeytar>
    beforeAll(async () => {
      const { mkdtempSync, rmSync } = await import('node:fs')
      const { tmpdir } = await import('node:os')
      const folder = mkdtempSync(join(tmpdir(), 'larder-keyring-'))
      const bus = await startKeyring(folder, 'unlocked')
      keytar = startKeytar(bus.address)
      return async () => {
        await keytar.stop()
        await bus.stop()
        rmSync(folder, { recursive: true, force: true })
      }
    })

    describeVault('real keychain', async () =>
      (await openVault({
        choice: 'keychain',
        home: temporaryFolder(),
        files,
        logger: silentLogger,
        keychainLimit: patientLimit,
        loadKeytar: async () => createKeytar(keytar.questions),
      })).vault)
  })
})
