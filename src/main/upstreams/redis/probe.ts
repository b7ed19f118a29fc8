import type { Attempt } from '../driver'
import type { RedisServers } from './servers'
import { Buffer } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import { ReplyError } from '../../base/resp'
import { SourceError } from '../../serving/sources/source'
import { demand, sentenceOfReply } from './answers'

/** Seconds after which a value that a test has written goes by itself. */
const probeTtl = 60

/** Reads, and writes where that is asked for, under a key of Larder's own. Throws SourceError. */
export async function probeRedis({ send }: RedisServers, write: boolean, { signal, step }: Attempt): Promise<void> {
  const key = Buffer.from(`larder:test:${randomBytes(8).toString('hex')}`)
  step('read')
  const [got] = await send(key, [['GET', key]], signal)
  if (got instanceof ReplyError && !isAboutKeys(got))
    throw new SourceError('refused', sentenceOfReply(got))
  if (!write)
    return
  step('write')
  const [set] = await send(key, [['SET', key, 'larder', 'EX', String(probeTtl)]], signal)
  demand(set)
  const [removed] = await send(key, [['DEL', key]], signal)
  demand(removed)
}

/** The user may be confined to keys that begin in another way, which is no fault. */
function isAboutKeys({ code, text }: ReplyError): boolean {
  return code === 'NOPERM' && /\bkeys?\b/.test(text)
}
