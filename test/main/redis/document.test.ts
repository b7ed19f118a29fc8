import type { RedisCommandSpec } from '../../../src/shared/redis/spec'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { redisCommandNames, redisCommands, shownCommand } from '../../../src/shared/redis/commands'
import { redisOffModes, redisOffNames } from '../../../src/shared/redis/off-modes'

const document = readFileSync(join(import.meta.dirname, '../../../docs/redis.md'), 'utf8')

/** The row of a command in docs/redis.md. */
function rowOfCommand(name: keyof typeof redisCommands): string {
  const { scope, elsewhere, cacheless, summary, differs = '' }: RedisCommandSpec = redisCommands[name]
  const scopes = { read: 'read', write: 'write', both: 'read, write', none: '–' }
  const place = scope === 'none' || cacheless ? '–' : elsewhere ? 'any' : 'local'
  return `| \`${shownCommand(name)}\` | ${summary} | ${scopes[scope]} | ${place} | ${differs} |`
}

// Red: change a summary in src/shared/redis, or a row of the document.
it('docs/redis.md has a row for every command, and no other', () => {
  const rows = document.split('\n').filter(line => line.startsWith('| `') && line.split('|').length === 7)
  expect(rows).toEqual(redisCommandNames.map(rowOfCommand))
})

// Red: change a sentence in src/shared/redis/off-modes.ts, or a row of the document.
it('docs/redis.md has a row for what clients see in each mode, and no other', () => {
  const rows = document.split('\n').filter(line => line.startsWith('| `') && line.split(' | ').length === 3)
  expect(rows).toEqual(redisOffNames.map(name =>
    `| \`${name}\` | ${redisOffModes[name].sees} | ${redisOffModes[name].clients} |`))
})
