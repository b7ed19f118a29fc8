const day = 86_400
const hour = 3600

function two(part: number): string {
  return String(part).padStart(2, '0')
}

/**
 * Seconds as a clock that runs: `0:07`, `5:00`, `57:26`, `1:05:09`; from a day on `3 d 4 h`. The
 * width changes only with the number of digits, so that a column of them stands still.
 */
export function runningTime(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  if (whole >= day)
    return `${Math.floor(whole / day)} d ${Math.floor(whole % day / hour)} h`
  const rest = `${two(Math.floor(whole % hour / 60))}:${two(whole % 60)}`
  return whole >= hour ? `${Math.floor(whole / hour)}:${rest}` : rest.replace(/^0/, '')
}

/** What is left of a time: a started second counts, so that 0:00 is the end. */
export function timeLeft(seconds: number): string {
  return runningTime(Math.ceil(seconds))
}
