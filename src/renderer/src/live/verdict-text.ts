import type { CacheState, Trouble, Verdict } from './verdict'
import { formatCount } from '../format'

/** The states of a cache as words, for those who do not see the shapes. */
export const stateWords: Readonly<Record<CacheState, string>> = { fine: 'fine', look: 'needs a look', off: 'off' }

/**
 * A part of a whole without decimals. Only what is nothing or everything says so: `<1%`, `>99%`.
 */
export function formatPart(part: number): string {
  const rounded = Math.round(part * 100)
  if (part > 0 && rounded === 0)
    return '<1%'
  return part < 1 && rounded === 100 ? '>99%' : `${rounded}%`
}

/** Seconds that keep their width while they run: `0:06`, `12:30`, `3:02:09`, `2 d 03:02`. */
export function formatElapsed(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  const two = (count: number): string => String(count).padStart(2, '0')
  const days = Math.floor(whole / 86_400)
  const hours = Math.floor(whole / 3600) % 24
  const minutes = Math.floor(whole / 60) % 60
  if (days > 0)
    return `${days} d ${two(hours)}:${two(minutes)}`
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`
}

/** Names a trouble in two words, which do not change while it lasts. */
export function nameOf({ kind }: Trouble): string {
  return { misses: 'few hits', evicting: 'evicting', off: 'switched off' }[kind]
}

/** Says what is wrong with a cache, in few words. `now` is in milliseconds since 1970. */
export function wordsOf(trouble: Trouble, now: number): string {
  switch (trouble.kind) {
    case 'misses':
      return `${formatPart(trouble.ratio)} hits`
    case 'evicting':
      return 'evicting'
    case 'off':
      return trouble.since === null ? 'off' : `off ${formatElapsed((now - Date.parse(trouble.since)) / 1000)}`
  }
}

/** Says why: what the misses have in common, or what follows from the trouble. */
export function whyOf({ top }: Pick<Verdict, 'top'>, trouble: Trouble): string {
  switch (trouble.kind) {
    case 'misses':
      return top ? `mostly ${top.reason} (${formatPart(top.share)})` : ''
    case 'evicting':
      return `${formatCount(trouble.count)} in the last minute`
    case 'off':
      return `${formatCount(trouble.refused)} × 503`
  }
}
