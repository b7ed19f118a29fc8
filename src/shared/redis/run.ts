import { z } from 'zod'
import { grouped } from '../grouped'
import { IsoMoment } from '../moment'
import { pathName } from '../path-name'
import '../without-eval'

/** Commands of one run, and characters of one of them. */
const mostLines = 100
const longestLine = 16_384
/** Bytes of one reply that are answered. */
export const longestReply = 65_536
/** Lines of the request log that are told of one command. */
export const mostLogged = 20

export const RedisRun = z.strictObject({
  cache: pathName().meta({ description: 'The cache, as the user name of a connection says it.' }),
  lines: z.array(
    z.string()
      .max(longestLine, `must be at most ${grouped(longestLine)} characters`)
      .refine(text => text.isWellFormed(), 'must be well-formed Unicode'),
  )
    .min(1, 'must have 1 line or more')
    .max(mostLines, `must have at most ${mostLines} lines`)
    .meta({
      description: 'Commands, one a line, with quotes as in redis-cli. They share a connection.',
      examples: [['SET greeting "hello world"', 'GET greeting']],
    }),
  protocol: z.union([z.literal(2), z.literal(3)], 'must be 2 or 3').default(2).meta({
    description: 'The version of the protocol, RESP, that the connection begins with.',
  }),
})
export type RedisRun = z.output<typeof RedisRun>

const LoggedCommand = z.strictObject({
  method: z.string().meta({ description: 'The command as the request log writes it.' }),
  cache: z.string().nullable(),
  key: z.string().nullable(),
  result: z.string(),
  reason: z.string().nullable(),
})
export type LoggedCommand = z.output<typeof LoggedCommand>

const RedisReply = z.strictObject({
  line: z.string(),
  reply: z.string().meta({
    description: `The bytes of the reply as base64, cut after ${grouped(longestReply)} bytes.`,
  }),
  bytes: z.int().meta({ description: 'Bytes of the whole reply.' }),
  logged: z.array(LoggedCommand).max(mostLogged).meta({
    description: 'What the request log has of it: a line for each key. Nothing of a command that concerns no entry.',
  }),
})

export const RedisReplies = z.strictObject({
  at: IsoMoment.meta({ description: 'When the first command ran: the request log has them since then.' }),
  replies: z.array(RedisReply).meta({ description: 'In the order of the lines. After QUIT nothing runs.' }),
})
export type RedisReplies = z.output<typeof RedisReplies>
export type RedisReply = RedisReplies['replies'][number]
