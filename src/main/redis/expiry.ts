import type { Buffer } from 'node:buffer'
import type { Clock } from '../base/clock'
import type { RedisCall } from './redis-call'
import { limits } from '@shared/limits'
import { mostWhole, readWhole } from './numbers'
import { faults } from './reply'

/** How a time is given: from now or since 1970, and in which unit. */
export interface TimeForm {
  seconds: boolean
  absolute: boolean
}

/** The options of SET and GETEX that say when an entry ends. */
export const timeForms = {
  EX: { seconds: true, absolute: false },
  PX: { seconds: false, absolute: false },
  EXAT: { seconds: true, absolute: true },
  PXAT: { seconds: false, absolute: true },
} as const satisfies Record<string, TimeForm>

/**
 * Milliseconds since 1970 that an argument gives. Throws CommandFault if it is no whole number, or
 * beyond 64 bits.
 */
export function readMoment(bytes: Buffer, { seconds, absolute }: TimeForm, clock: Clock, command: string): number {
  const given = readWhole(bytes)
  const now = absolute ? 0n : BigInt(Math.floor(clock.wall()))
  const milliseconds = seconds ? given * 1000n : given
  if (milliseconds > mostWhole - now || milliseconds < -mostWhole - 1n)
    throw faults.expireTime(command)
  return Number(milliseconds + now)
}

/** The same for the options of a write, which take no number below 1. */
export function readFutureMoment(bytes: Buffer, form: TimeForm, clock: Clock, { row }: RedisCall): number {
  if (readWhole(bytes) <= 0n)
    throw faults.expireTime(row.name)
  return readMoment(bytes, form, clock, row.name)
}

/** Seconds from now until a moment, in the form of a TTL; at most what an entry may have. */
export function ttlUntil(moment: number, clock: Clock): number {
  return Math.min((moment - clock.wall()) / 1000, limits.ttl)
}
