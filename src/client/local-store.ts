import type { Chosen, ClientStore, Held, StepResult, StoreStep } from './store'
import { now, toBytes } from './bytes'
import { checkTtl, LarderClientError } from './client-error'
import { textType } from './value'

interface Entry extends Held {
  tags: readonly string[]
  /** Milliseconds of its whole life. */
  life: number
  /** Whether a hit gives it that again: it was stored without a TTL of its own. */
  renews: boolean
  /** When it is over. */
  ends: number
}

type Put = Extract<StoreStep, { op: 'set' | 'add' }>

interface LocalStoreParts { maxSize: number, expiration: number | null | undefined, renewOnHit: boolean }

/** A cache in this process, which keeps what was used last. It serves nothing stale. */
export function createLocalStore({ maxSize, expiration = 3600, renewOnHit }: LocalStoreParts): ClientStore {
  // A Map keeps the order of insertion: what was used last is at the end.
  let entries = new Map<string, Entry>()
  /** Who makes which value, and until when. */
  const leases = new Map<string, { lease: string, ends: number }>()
  let granted = 0

  function find(key: string): Entry | undefined {
    // Of one that is not there the comparison is false.
    if (entries.get(key)?.ends as number <= now())
      entries.delete(key)
    return entries.get(key)
  }

  function live(entry: Entry, ttl: number | null): void {
    checkTtl(ttl)
    entry.life = (ttl ?? Infinity) * 1000
    entry.ends = now() + entry.life
  }

  /** Makes it the one that was used last. */
  function use(key: string, isHit = false): Entry | undefined {
    const entry = find(key)
    if (entry) {
      if (isHit && entry.renews)
        entry.ends = now() + entry.life
      entries.delete(key)
      entries.set(key, entry)
    }
    return entry
  }

  function put({ key, type, body, ttl, tags = [] }: Put): true {
    // A copy: the caller may go on to write into its bytes.
    const bytes = typeof body === 'string' ? toBytes(body) : new Uint8Array(body)
    const entry = { type, bytes, tags: [...new Set(tags)], life: 0, ends: 0, renews: renewOnHit && ttl === undefined }
    live(entry, ttl === undefined ? expiration : ttl)
    entries.delete(key)
    entries.set(key, entry)
    for (const oldest of entries.keys()) {
      if (entries.size > maxSize)
        entries.delete(oldest)
    }
    return true
  }

  function add(step: Extract<StoreStep, { op: 'increment' }>, entry: Entry | undefined): string {
    const text = entry ? String.fromCharCode(...entry.bytes.subarray(0, 21)) : '0'
    const sum = /^(?:0|-?[1-9]\d{0,18})$/.test(text) ? BigInt(text) + BigInt(step.by) : 2n ** 63n
    if (sum !== BigInt.asIntN(64, sum))
      throw new LarderClientError('not-a-number', 'Not a whole number.')
    const body = `${sum}`
    if (entry)
      entry.bytes = toBytes(body)
    else
      put({ ...step, op: 'set', type: textType, body })
    return body
  }

  function holderOf(key: string): string | undefined {
    const { lease, ends = 0 } = leases.get(key) ?? {}
    return ends > now() ? lease : undefined
  }

  function runNow(step: StoreStep): StepResult {
    const { key, op } = step
    if (op === 'get')
      return use(key, true)
    const entry = /^(?:touch|increment)$/.test(op) ? use(key) : find(key)
    if (op === 'peek')
      return entry && [...entry.tags]
    if (op === 'touch') {
      if (entry) {
        live(entry, step.ttl)
        entry.renews = false
      }
      return entry !== undefined
    }
    if (op === 'add' && entry)
      return false
    // That of a server that went away meanwhile is no number.
    if (op === 'set' && Number(step.lease) >= 0 && step.lease !== holderOf(key))
      throw new LarderClientError('lease-ended', 'It has ended.')
    const result = op === 'delete' ? entries.delete(key) : op === 'increment' ? add(step, entry) : put(step as Put)
    leases.delete(key)
    return result
  }

  function isChosen(key: string, which: Chosen): boolean {
    if ('prefix' in which)
      return key.startsWith(which.prefix)
    return 'tag' in which ? !!find(key)?.tags.includes(which.tag) : 'glob' in which || !find(key)
  }

  return {
    run: async step => runNow(step),
    close() {},

    async batch(steps, atomic) {
      const before = new Map([...entries].map(([key, entry]) => [key, { ...entry }]))
      return steps.map((step) => {
        let result: StepResult
        try {
          result = runNow(step)
        }
        catch (error) {
          result = error as LarderClientError
        }
        if (atomic && (result instanceof Error || (step.op === 'add' && !result))) {
          entries = before
          throw new LarderClientError('batch-aborted', `${step.op} of ${step.key} failed.`)
        }
        return result
      })
    },

    async lease(key, ttl) {
      const held = use(key, true)
      if (held)
        return { held }
      if (holderOf(key))
        throw new LarderClientError('lease-held', 'Somebody makes it.')
      // Those that nobody fulfils would stay otherwise.
      for (const old of leases.keys()) {
        if (holderOf(old))
          break
        leases.delete(old)
      }
      const lease = `${++granted}`
      leases.set(key, { lease, ends: now() + ttl * 1000 })
      return { lease }
    },

    async invalidate(which) {
      const chosen = [...entries.keys()].filter(key => isChosen(key, which))
      chosen.forEach(key => entries.delete(key))
      // The tags of what is still being made are not known.
      for (const key of 'expired' in which ? [] : leases.keys()) {
        if ('tag' in which || isChosen(key, which))
          leases.delete(key)
      }
      return chosen.length
    },

    async page(prefix) {
      const keys = [...entries.keys()].filter(key => key.startsWith(prefix) && find(key))
      return { keys: keys.sort(), cursor: null }
    },
  }
}
