/** A point in time, to the microsecond. */
export class Moment {
  /** Microseconds since 1970-01-01T00:00:00Z. */
  readonly micros: bigint

  constructor(micros: bigint) {
    this.micros = micros
  }
}

/** A day of the calendar, without a time. */
export class CalendarDay {
  /** Days since 1970-01-01. */
  readonly days: number

  constructor(days: number) {
    this.days = days
  }
}

export type Scalar = null | boolean | number | bigint | string | Uint8Array | Moment | CalendarDay
/** What JSON and MessagePack hold. A map keeps the order of its members; an object may not. */
export type Value = Scalar | readonly Value[] | Members
export type Members = ReadonlyMap<string, Value> | { readonly [name: string]: Value }

export function isScalar(value: Value): value is Scalar {
  return typeof value !== 'object' || value === null
    || value instanceof Uint8Array || value instanceof Moment || value instanceof CalendarDay
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value)
}

/** The members of an object or a map, in their order. */
export function membersOf(value: Members): readonly (readonly [string, Value])[] {
  return value instanceof Map ? [...value as ReadonlyMap<string, Value>] : Object.entries(value)
}

/** What ISO 8601 can say with four digits of the year, in microseconds. */
const firstYear = -62_167_219_200_000_000n
const lastYear = 253_402_300_799_999_999n
const dayMillis = 86_400_000

/** The point in time, unless its year has more than four digits. */
export function momentOf(micros: bigint): Moment | undefined {
  return micros >= firstYear && micros <= lastYear ? new Moment(micros) : undefined
}

/** The day, unless its year has more than four digits. */
export function calendarDayOf(days: number): CalendarDay | undefined {
  return momentOf(BigInt(days) * BigInt(dayMillis) * 1000n) && new CalendarDay(days)
}

/** `2026-11-30T01:02:03.004Z`, with six digits where three do not say all; a day: `2026-11-30`. */
export function writeTime(value: Moment | CalendarDay): string {
  if (value instanceof CalendarDay)
    return new Date(value.days * dayMillis).toISOString().slice(0, 10)
  const below = ((value.micros % 1000n) + 1000n) % 1000n
  const text = new Date(Number((value.micros - below) / 1000n)).toISOString()
  return below === 0n ? text : `${text.slice(0, -1)}${String(below).padStart(3, '0')}Z`
}

const momentForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(\d{3})?Z$/
const dayForm = /^\d{4}-\d\d-\d\d$/

/** Reads exactly what `writeTime` writes. */
export function readTime(text: string): Moment | CalendarDay | undefined {
  if (dayForm.test(text)) {
    const day = new CalendarDay(Date.parse(`${text}T00:00:00.000Z`) / dayMillis)
    return Number.isInteger(day.days) && writeTime(day) === text ? day : undefined
  }
  const micros = momentForm.exec(text)
  if (!micros)
    return undefined
  const millis = Date.parse(`${text.slice(0, 23)}Z`)
  if (Number.isNaN(millis))
    return undefined
  const moment = new Moment(BigInt(millis) * 1000n + BigInt(micros[1] ?? 0))
  return writeTime(moment) === text ? moment : undefined
}
