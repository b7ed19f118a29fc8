import type { OperationOutput, OperationParsed } from '@shared/operations'
import type { RedisOffMode } from '@shared/redis/off-modes'
import type { Logger } from '../base/logger'
import type { MetadataStore } from '../base/metadata'
import type { ServedCaches } from '../serving/caches'
import type { Forecast } from '../serving/ports'
import { invalidField } from '@shared/errors'
import { limits } from '@shared/limits'
import { AnonymousKey, SettingsUpdate, Switch } from '@shared/schemas'
import { writeSize } from '@shared/sizes'
import { checkBudget } from './reserves'

type SettingsChange = OperationParsed<'settings.update'>
type Anonymous = OperationOutput<'settings.get'>['anonymous']

/** Settings of the whole server, kept in the metadata and applied to the engine. */
export interface StoredSettings {
  /** Budget for all entries, in bytes. */
  memory: () => number
  /** For people at the start: the configuration replaces a budget that was saved. Or null. */
  readonly budgetWarning: string | null
  /** Largest size of a value, in bytes. */
  valueLimit: () => number
  /** What Redis clients see while caching is off. */
  redisOff: () => RedisOffMode
  /** A new object after each change. */
  anonymous: () => Anonymous
  enabled: () => boolean
  /** Throws LarderError `invalid-input` (field memory) if caches reserve more than that. */
  update: (change: SettingsChange) => void
  /** What `update` would evict. Throws the same errors, and changes nothing. */
  forecast: (change: SettingsChange) => Promise<Forecast> | Forecast
  /**
   * Moves the global switch, on a full disk for this run. Returns whether it was in the other
   * position.
   */
  setEnabled: (enabled: boolean) => boolean
}

interface StoredSettingsDependencies {
  metadata: MetadataStore
  engine: Pick<ServedCaches, 'enabled' | 'budget' | 'forecast'>
  logger: Logger
  /** Bytes, from the configuration: replaces the stored budget until it is changed in this run. */
  memory: number | null
  /** From the configuration, in the same way. @default null */
  redisOff?: RedisOffMode | null
  /** Bytes of the machine, which no budget may exceed. */
  machineMemory: number
}

/** The part of a schema that reading needs. */
interface Schema<T> { safeParse: (value: unknown) => { success: boolean, data?: T } }

/**
 * Reads the stored settings and applies them. A setting that cannot be read counts as never set,
 * with a warning.
 */
export function createStoredSettings({
  metadata,
  engine,
  logger,
  memory,
  redisOff: redisOffGiven = null,
  machineMemory,
}: StoredSettingsDependencies): StoredSettings {
  function read<T>(name: string, schema: Schema<T>): T | undefined {
    const value = metadata.settings.get(name)
    if (value === undefined)
      return undefined
    const parsed = schema.safeParse(value)
    if (!parsed.success)
      logger.warn('A stored setting is not valid; the default is used', { setting: name })
    return parsed.data
  }

  const { memory: memorySchema, valueLimit: valueLimitSchema } = SettingsUpdate.shape
  let valueLimit = read('valueLimit', valueLimitSchema) ?? limits.value
  let anonymous: Anonymous = read('anonymous', AnonymousKey) ?? { enabled: false, scopes: ['read'] }
  let redisOff = redisOffGiven ?? read('redisOff', SettingsUpdate.shape.redisOff) ?? 'error'
  const stored = read('memory', memorySchema)
  // The data folder may have come from a larger machine.
  if (memory === null && stored !== undefined && stored > machineMemory)
    logger.warn('The stored memory budget is beyond the memory of this machine, which is used instead', { stored })
  engine.budget = memory ?? (stored === undefined ? engine.budget : Math.min(stored, machineMemory))
  engine.enabled = read('enabled', Switch.shape.enabled) ?? true

  return {
    memory: () => engine.budget,
    budgetWarning: memory === null || stored === undefined || stored === memory
      ? null
      : `The memory budget is ${writeSize(memory)}, as LARDER_MEMORY or --memory says, `
        + `and not ${writeSize(stored)}, which was saved in the settings.`,
    valueLimit: () => valueLimit,
    redisOff: () => redisOff,
    anonymous: () => anonymous,
    enabled: () => engine.enabled,
    update(change) {
      if (change.memory !== undefined)
        checkBudget(metadata, change.memory, machineMemory)
      if (change.valueLimit !== undefined)
        checkValueLimit(change.valueLimit, change.memory ?? engine.budget)
      const access = change.anonymous && withGiven(anonymous, change.anonymous)
      metadata.transaction(() => {
        for (const [name, value] of Object.entries({ ...change, anonymous: access })) {
          if (value !== undefined)
            metadata.settings.set(name, value)
        }
      })
      valueLimit = change.valueLimit ?? valueLimit
      redisOff = change.redisOff ?? redisOff
      anonymous = access ?? anonymous
      engine.budget = change.memory ?? engine.budget
    },
    forecast({ memory = engine.budget }) {
      if (memory !== engine.budget)
        checkBudget(metadata, memory, machineMemory)
      return engine.forecast(memory)
    },
    setEnabled(enabled) {
      // Whoever needs caching off cannot wait for space on the disk.
      metadata.writeOrKeep('global switch', () => metadata.settings.set('enabled', enabled))
      const moved = engine.enabled !== enabled
      engine.enabled = enabled
      return moved
    },
  }
}

/** Throws LarderError `invalid-input` (field valueLimit) for values that could never be stored. */
function checkValueLimit(valueLimit: number, budget: number): void {
  if (valueLimit > budget)
    throw invalidField('valueLimit', `must be at most ${writeSize(budget)}, the memory budget`)
}

/** A member that is not given, or undefined, stays as it is. */
function withGiven(former: Anonymous, { enabled, scopes }: Partial<Anonymous>): Anonymous {
  return { enabled: enabled ?? former.enabled, scopes: scopes ?? former.scopes }
}
