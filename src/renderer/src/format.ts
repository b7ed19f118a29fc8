import { counted } from '@shared/grouped'

const whole = new Intl.NumberFormat('en')
const short = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 })
const tenths = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 })
const hundredths = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })
const percent = new Intl.NumberFormat('en', { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 })

/** 12345 → `12,345`. */
export function formatCount(count: number): string {
  return whole.format(count)
}

/** `1 entry`, `2 entries`. */
export function formatEntries(count: number): string {
  return counted(count, 'entry', 'entries')
}

/** What is said of entries or requests that match: `1 entry matches`, `2 entries match`. */
export function matchVerb(count: number): string {
  return count === 1 ? 'matches' : 'match'
}

/** Rates such as requests per second: `0.3`, `12.0`, `1,235`; `<0.1` for small ones above 0. */
export function formatRate(rate: number): string {
  if (rate > 0 && rate < 0.05)
    return '<0.1'
  return rate >= 99.95 ? whole.format(Math.round(rate)) : tenths.format(rate)
}

/**
 * Always three digits, zeros included: `9.87`, `27.0`, `256`. A number that changes keeps its width
 * (docs/decisions/0042-three-digits.md); from a thousand on it has all of its digits.
 */
function threeDigits(value: number): string {
  if (value < 9.995)
    return hundredths.format(value)
  return value < 99.95 ? tenths.format(value) : whole.format(Math.round(value))
}

/** 0.974 → `97.4%`; null (there is nothing to compute it from) → a dash. */
export function formatRatio(ratio: number | null): string {
  return ratio === null ? '–' : percent.format(ratio)
}

/** Microseconds, in three digits: `96.0 µs`, `1.36 ms`, `2.50 s`. */
export function formatMicroseconds(time: number): string {
  if (time < 999.5)
    return `${threeDigits(time)} µs`
  return time < 999_500 ? `${threeDigits(time / 1000)} ms` : `${threeDigits(time / 1_000_000)} s`
}

const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/**
 * Bytes in steps of 1000, like `256MB` in the configuration, in three digits: `273 B`, `1.50 kB`,
 * `256 MB`.
 */
export function formatBytes(bytes: number): string {
  let value = bytes
  let step = 0
  // 999.5 and above would round to 1,000 of the smaller unit.
  while (value >= 999.5 && step < units.length - 1) {
    value /= 1000
    step++
  }
  return `${step === 0 ? whole.format(Math.round(value)) : threeDigits(value)} ${units[step]}`
}

const steps = [['d', 86_400], ['h', 3600], ['min', 60]] as const

/**
 * Seconds in at most two units: 300 → `5 min`, 5400 → `1 h 30 min`, null → `No expiry`. Rounded
 * down to whole units, but never to zero.
 */
export function formatTtl(seconds: number | null): string {
  if (seconds === null)
    return 'No expiry'
  if (seconds < 60)
    return `${short.format(seconds)} s`
  const parts: string[] = []
  let rest = Math.floor(seconds)
  for (const [unit, size] of [...steps, ['s', 1] as const]) {
    const count = Math.floor(rest / size)
    rest -= count * size
    if (count > 0 && parts.length < 2)
      parts.push(`${whole.format(count)} ${unit}`)
    else if (parts.length > 0)
      break
  }
  return parts.join(' ')
}

/**
 * Seconds of a life that runs, as a clock: 206 → `3:26`, 3723 → `1:02:03`, 183,600 → `2 d 3 h`.
 * Rounded down; a part of a life that is over is `0:00`.
 */
export function formatLife(seconds: number): string {
  const rest = Math.max(0, Math.floor(seconds))
  const days = Math.floor(rest / 86_400)
  const hours = Math.floor(rest % 86_400 / 3600)
  if (days > 0)
    return `${whole.format(days)} d ${hours} h`
  const minutes = Math.floor(rest % 3600 / 60)
  const end = String(rest % 60).padStart(2, '0')
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${end}` : `${minutes}:${end}`
}

const moment = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' })

/**
 * The date and time of day in the local time zone, of an ISO time or of milliseconds since 1970:
 * `29 Nov 2026, 15:04:05`.
 */
export function formatMoment(time: string | number): string {
  return moment.format(new Date(time))
}

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
const distances = [['day', 86_400], ['hour', 3600], ['minute', 60]] as const

/**
 * A time (milliseconds since 1970) relative to `now`: `3 minutes ago`, `yesterday`; `just now`
 * within a minute. Screens show the exact time on hover.
 */
export function formatAgo(time: number, now: number): string {
  const seconds = (time - now) / 1000
  for (const [unit, size] of distances) {
    if (Math.abs(seconds) >= size)
      return relative.format(Math.trunc(seconds / size), unit)
  }
  return 'just now'
}
