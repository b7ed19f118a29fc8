import type { RedisSnippet } from './redis'
import { quoteRedisText, quoteRedisWord } from '@shared/redis/inline'
import { quoteWord } from './curl'
import { goText } from './go'
import { javascriptText } from './javascript'
import { pythonText } from './python'
import { bytesOfWord, redisShellUrl, redisUrlParts, textOfWord } from './redis'
import { keyVariable } from './request'
import { hiddenSigns, toBase64 } from './text'

/** Characters above which a command is piped: the kernel allows 128 KiB per argument. */
const longestWord = 40_000

/** The languages in which a command of the Redis protocol can be copied. */
export const redisLanguages = [
  { id: 'redis-cli', title: 'redis-cli', write: writeRedisCli },
  { id: 'ioredis', title: 'ioredis', write: writeIoredis },
  { id: 'node-redis', title: 'node-redis', write: writeNodeRedis },
  { id: 'redis-py', title: 'redis-py', write: writeRedisPy },
  { id: 'go-redis', title: 'go-redis', write: writeGoRedis },
] as const satisfies readonly { id: string, title: string, write: (snippet: RedisSnippet) => string }[]

export type RedisLanguageId = typeof redisLanguages[number]['id']

/** Writes a command for a POSIX shell. What no argument can hold goes to redis-cli as a line. */
function writeRedisCli(snippet: RedisSnippet): string {
  const { words } = snippet
  const program = `redis-cli -u "${redisShellUrl(snippet)}"`
  const texts = words.map(textOfWord)
  const isPlain = texts.every(text =>
    text !== undefined && text.length < longestWord && text.search(hiddenSigns) === -1)
  return isPlain
    ? [program, ...texts.map(text => quoteWord(text ?? ''))].join(' ')
    : `printf '%s\\n' ${quoteWord(words.map(quoteRedisWord).join(' '))} | ${program}`
}

/** Commands whose methods take the same words everywhere. */
function isUsual({ words: [name, ...rest] }: RedisSnippet): boolean {
  return (name === 'GET' && rest.length === 1) || (name === 'SET' && rest.length === 2)
}

function writeIoredis(snippet: RedisSnippet): string {
  const [name, ...rest] = snippet.words
  const args = (isUsual(snippet) ? rest : snippet.words).map(javascriptWord).join(', ')
  return [
    'import { Redis } from \'ioredis\'',
    '',
    `// The API key is read from ${keyVariable}.`,
    `const redis = new Redis(${javascriptUrl(snippet)})`,
    `console.log(await redis.${isUsual(snippet) ? name.toLowerCase() : 'call'}(${args}))`,
    'await redis.quit()',
  ].join('\n')
}

function writeNodeRedis(snippet: RedisSnippet): string {
  const [name, ...rest] = snippet.words
  const call = isUsual(snippet)
    ? `${name.toLowerCase()}(${rest.map(javascriptWord).join(', ')})`
    : `sendCommand([${snippet.words.map(javascriptWord).join(', ')}])`
  return [
    'import { createClient } from \'redis\'',
    '',
    `// The API key is read from ${keyVariable}.`,
    `const client = createClient({ url: ${javascriptUrl(snippet)} })`,
    'await client.connect()',
    `console.log(await client.${call})`,
    'await client.quit()',
  ].join('\n')
}

function writeRedisPy(snippet: RedisSnippet): string {
  const [name, ...rest] = snippet.words
  const [before, behind] = redisUrlParts(snippet)
  const args = (isUsual(snippet) ? rest : snippet.words).map(pythonWord).join(', ')
  return [
    'import os',
    'import redis',
    '',
    `# The API key is read from ${keyVariable}.`,
    `r = redis.Redis.from_url(${pythonText(before)} + os.environ['${keyVariable}'] + ${pythonText(behind)})`,
    `print(r.${isUsual(snippet) ? name.toLowerCase() : 'execute_command'}(${args}))`,
  ].join('\n')
}

function writeGoRedis(snippet: RedisSnippet): string {
  const [before, behind] = redisUrlParts(snippet)
  return [
    'package main',
    '',
    'import (',
    '\t"context"',
    '\t"fmt"',
    '\t"os"',
    '',
    '\t"github.com/redis/go-redis/v9"',
    ')',
    '',
    'func main() {',
    `\toptions, err := redis.ParseURL(${goText(before)} + os.Getenv("${keyVariable}") + ${goText(behind)})`,
    '\tif err != nil {',
    '\t\tpanic(err)',
    '\t}',
    '\tclient := redis.NewClient(options)',
    '\tdefer client.Close()',
    `\tvalue, err := client.Do(context.Background(), ${snippet.words.map(goWord).join(', ')}).Result()`,
    '\tif err != nil && err != redis.Nil {',
    '\t\tpanic(err)',
    '\t}',
    '\tfmt.Println(value)',
    '}',
  ].join('\n')
}

function javascriptUrl(snippet: RedisSnippet): string {
  const [before, behind] = redisUrlParts(snippet)
  return `\`${before}\${process.env.${keyVariable}}${behind}\``
}

function javascriptWord(word: string): string {
  const text = textOfWord(word)
  return text === undefined
    ? `Buffer.from(${javascriptText(toBase64(bytesOfWord(word)))}, 'base64')`
    : javascriptText(text)
}

// Bytes that are no text have the same escapes in Python and Go as in redis-cli.

function pythonWord(word: string): string {
  const text = textOfWord(word)
  return text === undefined ? `b${quoteRedisText(word)}` : pythonText(text)
}

function goWord(word: string): string {
  const text = textOfWord(word)
  return text === undefined ? quoteRedisText(word) : goText(text)
}
