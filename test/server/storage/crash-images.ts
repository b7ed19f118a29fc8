import type { Random } from '../security/random'
import { Buffer } from 'node:buffer'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What a crash leaves: the databases and their logs; the index of a log is made anew. */
const names = ['larder.db', 'larder.db-wal', 'entries.db', 'entries.db-wal'] as const
type Name = typeof names[number]

/** The bytes of those files at one moment, without those that are not there. */
type Image = Partial<Record<Name, Buffer>>

const sector = 512

/** Files may be copied while nothing writes them: what is committed is on the disk by then. */
export function takeImage(home: string): Image {
  return Object.fromEntries(names
    .filter(name => existsSync(join(home, name)))
    .map(name => [name, readFileSync(join(home, name))]))
}

export function writeImage(home: string, image: Image): void {
  for (const [name, bytes] of Object.entries(image))
    writeFileSync(join(home, name), bytes, { mode: 0o600 })
}

/** Ways to damage a file, given the same file at an earlier moment. */
const faults = {
  truncated: (bytes, random) => bytes.subarray(0, random.below(bytes.length)),
  flipped(bytes, random) {
    const flipped = Buffer.from(bytes)
    for (let left = 1 + random.below(64); left > 0; left--) {
      const at = random.below(flipped.length)
      flipped[at] = (flipped[at] ?? 0) ^ (1 << random.below(8))
    }
    return flipped
  },
  /** Each sector is from one moment or the other, as after a power cut within a write. */
  torn(bytes, random, earlier = bytes) {
    const torn = Buffer.from(bytes)
    for (let at = 0; at < Math.min(torn.length, earlier.length); at += sector) {
      if (random.below(2) === 0)
        earlier.copy(torn, at, at, at + sector)
    }
    return torn
  },
  /** A run of sectors that never reached the disk. */
  zeroed(bytes, random) {
    const zeroed = Buffer.from(bytes)
    const from = random.below(Math.ceil(bytes.length / sector)) * sector
    return zeroed.fill(0, from, Math.min(zeroed.length, from + sector * (1 + random.below(16))))
  },
} satisfies Record<string, (bytes: Buffer, random: Random, earlier?: Buffer) => Buffer>

/** An image whose log of metadata ends earlier, at a part of its length from 0 to 1. */
export function cutLog(now: Image, part: number): { what: string, image: Image } {
  const log = now['larder.db-wal'] ?? Buffer.alloc(0)
  return {
    what: `larder.db-wal cut at ${part}`,
    image: { ...now, 'larder.db-wal': log.subarray(0, Math.floor(log.length * part)) },
  }
}

/** An image with one or two files damaged, and a name for it. */
export function damageImage(now: Image, earlier: Image, random: Random): { what: string, image: Image } {
  const image = { ...now }
  const what: string[] = []
  const there = names.filter(name => (now[name]?.length ?? 0) > 0) as [Name, ...Name[]]
  for (let left = 1 + random.below(2); left > 0; left--) {
    const name = random.pick(there)
    const kind = random.pick(Object.keys(faults) as [keyof typeof faults])
    const bytes = image[name] ?? Buffer.alloc(0)
    if (bytes.length === 0)
      continue
    image[name] = faults[kind](bytes, random, earlier[name])
    what.push(`${name} ${kind}`)
  }
  return { what: what.join(', '), image }
}
