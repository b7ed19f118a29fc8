import { clockTime, secondOf } from './request-text'

const day = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short' })

/**
 * What a row of the list says of its time: `:32.370`, the seconds, if it is of the same minute as
 * the row above it; otherwise `16:23:32.370`, and after another day `Nov 29 16:23:32`.
 *
 * @param above when the row above was; null for the row at the top, which says what is not of today
 */
export function rowTime(at: string, above: string | null, now = Date.now()): string {
  const [time, before] = [new Date(at), new Date(above ?? now)]
  if (time.toDateString() !== before.toDateString())
    return `${day.format(time)} ${secondOf(at)}`
  const isSameMinute = above !== null && minuteOf(time) === minuteOf(before)
  return isSameMinute ? clockTime(at).slice(5) : clockTime(at)
}

/** In the local time zone, whose offset need not be whole hours. */
function minuteOf(time: Date): number {
  return time.getHours() * 60 + time.getMinutes()
}
