import type { Stopwatch } from '../base/clock'
import type { SecretVault, VaultCondition } from '../base/secret-vault'
import type { Keytar } from './keychain-process'
import { LarderError, messageOf } from '@shared/errors'

interface KeychainOptions {
  load: () => Promise<Keytar>
  stopwatch: Stopwatch
  /** Milliseconds after which a look at its state counts as stuck. @default 2000 */
  limit?: number | undefined
}

const service = 'larder'
/**
 * An item that is always there, so that null for it means "locked", and null for another item means
 * "absent". No key has such an id.
 */
const probe = { account: 'larder-probe', secret: 'larder' }
/**
 * Milliseconds for which a stuck keychain is not asked again, because otherwise each of several
 * calls in a row would wait for the limit.
 */
const pause = 5000
/**
 * How many times the limit of a look somebody waits who reads or keeps a key: no start of a server
 * waits for that, and on a busy machine the process alone takes seconds to begin.
 */
const patience = 5

/**
 * Secrets in the OS keychain (service `larder`). libsecret answers null both if an item is absent
 * and if the keyring is locked. If a locked keyring were taken for "absent", somebody would
 * overwrite a secret. So null only counts as absent if the probe can be read.
 */
export function createKeychainVault({ load, stopwatch, limit = 2000 }: KeychainOptions): SecretVault {
  let keytar: Promise<Keytar> | undefined
  let stuckUntil = 0
  let looking: Promise<VaultCondition> | undefined

  const deadline = (milliseconds: number): number => stopwatch.now() + milliseconds

  /**
   * Runs one call that has to end by `until` (milliseconds of the stopwatch). Throws Stuck, or the
   * keychain's own error.
   */
  async function ask<T>(
    call: (keytar: Keytar, signal: AbortSignal) => Promise<T>,
    until = deadline(patience * limit),
  ): Promise<T> {
    if (stopwatch.now() < stuckUntil)
      throw new Stuck()
    keytar ??= load()
    const loaded = await keytar.catch((error: unknown) => {
      // It may be installed by the next call.
      keytar = undefined
      throw error
    })
    const abortion = new AbortController()
    const { promise: late, reject } = Promise.withResolvers<never>()
    const timer = setTimeout(() => {
      stuckUntil = stopwatch.now() + pause
      reject(new Stuck())
      abortion.abort()
    }, until - stopwatch.now())
    try {
      return await Promise.race([call(loaded, abortion.signal), late])
    }
    finally {
      clearTimeout(timer)
    }
  }

  async function look(within = limit): Promise<VaultCondition> {
    // All calls share one limit, because the start of the server waits for this.
    const until = deadline(within)
    try {
      if (await readProbe(until) || await writeProbe(until))
        return { state: 'ok', detail: 'API keys are kept in the keychain of this operating system.' }
      return locked('The keychain is locked; unlock it to read or keep API keys.')
    }
    catch (error) {
      return conditionOf(error)
    }
  }

  async function readProbe(until: number): Promise<boolean> {
    return await ask((keytar, signal) => keytar.getPassword(service, probe.account, signal), until) === probe.secret
  }

  async function writeProbe(until: number): Promise<boolean> {
    await ask((keytar, signal) => keytar.setPassword(service, probe.account, probe.secret, signal), until)
    return readProbe(until)
  }

  /** Runs one check at a time; callers that come in the meantime share it. */
  function state(): Promise<VaultCondition> {
    looking ??= look().finally(() => looking = undefined)
    return looking
  }

  async function demandOpen(): Promise<void> {
    const condition = await look(patience * limit)
    if (condition.state !== 'ok')
      throw unavailable(condition.detail)
  }

  async function orUnavailable<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    }
    catch (error) {
      if (error instanceof LarderError)
        throw error
      throw unavailable(conditionOf(error).detail, error)
    }
  }

  const read = (account: string): Promise<string | null> =>
    ask((keytar, signal) => keytar.getPassword(service, account, signal))

  return {
    driver: 'keychain',
    state,
    get: account => orUnavailable(async () => {
      const secret = await read(account)
      if (secret !== null)
        return secret
      await demandOpen()
      // Read again, because it may have been unlocked between the first read and the probe.
      return await read(account)
    }),
    set: (account, secret) => orUnavailable(async () => {
      await ask((keytar, signal) => keytar.setPassword(service, account, secret, signal))
    }),
    delete: account => orUnavailable(async () => {
      const removed = await ask((keytar, signal) => keytar.deletePassword(service, account, signal))
      // Also false while the keychain is locked, and then the secret is still there.
      if (!removed)
        await demandOpen()
    }),
  }
}

class Stuck extends Error {
  constructor() {
    super('no answer in time')
  }
}

function locked(detail: string): VaultCondition {
  return { state: 'locked', detail }
}

function conditionOf(error: unknown): VaultCondition {
  if (error instanceof Stuck) {
    return locked(
      `The keychain gave ${error.message}; it may be waiting for its password. Unlock it to read or keep API keys.`,
    )
  }
  const reason = messageOf(error)
  // The wording of libsecret, and of macOS and Windows if interaction is not allowed. Otherwise the
  // detail shows the reason anyway.
  if (/locked|dismissed|interaction is not allowed/i.test(reason))
    return locked(`The keychain is locked (${reason}); unlock it to read or keep API keys.`)
  return { state: 'unavailable', detail: `The keychain cannot be used: ${reason}.` }
}

function unavailable(detail: string, cause?: unknown): LarderError {
  return new LarderError('vault-unavailable', detail, { cause })
}
