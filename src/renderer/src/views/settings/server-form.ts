import type { OperationInput } from '@shared/operations'
import type { RedisOffMode } from '@shared/redis/off-modes'
import type { Settings } from '@shared/schemas'
import { LarderError } from '@shared/errors'
import { redisOffModes, redisOffNames } from '@shared/redis/off-modes'
import { parseSize, sizeForm, writeSize } from '@shared/sizes'

/** What clients without an API key may do. */
export const anonymousChoices = [
  { value: 'none', text: 'Nothing' },
  { value: 'read', text: 'Read' },
  { value: 'write', text: 'Write' },
  { value: 'both', text: 'Read and write' },
] as const
type AnonymousChoice = typeof anonymousChoices[number]['value']

/** The server's settings as text in the form. */
export interface ServerDraft { memory: string, valueLimit: string, anonymous: AnonymousChoice, redisOff: RedisOffMode }

/** What Redis clients may see while caching is off. */
export const redisOffChoices = redisOffNames.map(value => ({ value, text: redisOffModes[value].choice }))

export function draftOf({
  memory,
  valueLimit,
  anonymous: { enabled, scopes },
  redisOff,
}: Figures): ServerDraft {
  const anonymous = !enabled ? 'none' : scopes.length > 1 ? 'both' : scopes[0] ?? 'none'
  return { memory: writeSize(memory), valueLimit: writeSize(valueLimit), anonymous, redisOff }
}

/**
 * Returns the differences from the current settings. Throws LarderError `invalid-input` with the
 * fields that are not sizes.
 */
export function settingChanges(draft: ServerDraft, settings: Settings): OperationInput<'settings.update'> {
  const [memory, valueLimit] = [parseSize(draft.memory.trim()), parseSize(draft.valueLimit.trim())]
  const errors = Object.entries({ memory, valueLimit }).filter(([, bytes]) => Number.isNaN(bytes))
    .map(([field]) => ({ field, message: `must be ${sizeForm}` }))
  if (errors.length > 0)
    throw new LarderError('invalid-input', errors.map(({ message }) => message).join('; '), { errors })
  return {
    ...(memory !== settings.memory && { memory }),
    ...(valueLimit !== settings.valueLimit && { valueLimit }),
    ...(draft.redisOff !== settings.redisOff && { redisOff: draft.redisOff }),
    ...(draft.anonymous !== draftOf(settings).anonymous && { anonymous: anonymousOf(draft.anonymous, settings) }),
  }
}

/** Keeps the scopes when anonymous access is switched off. */
function anonymousOf(choice: AnonymousChoice, { anonymous }: Settings): Settings['anonymous'] {
  if (choice === 'none')
    return { enabled: false, scopes: [...anonymous.scopes] }
  return { enabled: true, scopes: choice === 'both' ? ['read', 'write'] : [choice] }
}

type Change = OperationInput<'settings.update'>
type Figures = Pick<Settings, keyof ServerDraft>

/**
 * What takes a change back. Throws Error if one of its fields is no longer as it made it.
 *
 * @param before the settings before it
 * @param after the settings that it made
 * @param now the settings as they are
 */
export function takingBack(change: Change, before: Figures, after: Figures, now: Figures): Change {
  const fields = (['memory', 'valueLimit', 'anonymous', 'redisOff'] as const)
    .filter(field => change[field] !== undefined)
  if (fields.some(field => JSON.stringify(now[field]) !== JSON.stringify(after[field])))
    throw new Error('These settings have changed again since then, so nothing was undone.')
  return Object.fromEntries(fields.map(field => [field, before[field]]))
}
