import { redisCommands } from '../../../src/shared/redis/commands'

/** Keys at which there is nothing, for structures. */
const places: Readonly<Record<string, string>> = { hash: 'h', set: 's' }

/** How each command is sent that concerns entries, in its shortest form. */
export function shortest(name: string): string[] {
  const { arity } = redisCommands[name as keyof typeof redisCommands]
  const words = name.split('|')
  const numbers: Record<string, string[]> = {
    'set': ['a', 'v'],
    'setex': ['a', '10', 'v'],
    'psetex': ['a', '10000', 'v'],
    'getrange': ['a', '0', '1'],
    'substr': ['a', '0', '1'],
    'setrange': ['a', '0', 'v'],
    'incrby': ['n', '1'],
    'decrby': ['n', '1'],
    'incrbyfloat': ['n', '1'],
    'incr': ['n'],
    'decr': ['n'],
    'scan': ['0'],
    'object|freq': ['a'],
    'hset': ['h', 'f', '1'],
    'hsetnx': ['h', 'f', '1'],
    'hmset': ['h', 'f', '1'],
    'hget': ['h', 'f'],
    'hmget': ['h', 'f'],
    'hincrby': ['h', 'f', '1'],
    'hincrbyfloat': ['h', 'f', '1'],
    'hscan': ['h', '0'],
    'sintercard': ['1', 's'],
    'sscan': ['s', '0'],
  }
  const { group } = redisCommands[name as keyof typeof redisCommands]
  const rest = numbers[name]
    ?? (name.includes('expire') && Math.abs(arity) === 3 ? ['a', '4000000000'] : [places[group] ?? 'a', 'b', 'c'])
  return [...words, ...rest].slice(0, Math.abs(arity))
}
