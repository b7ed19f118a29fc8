import type { Document } from 'bson'
import type { WireProtocol } from '../wire'
import { Buffer } from 'node:buffer'
import { deserialize } from 'bson'

/** The only operation of the protocol since MongoDB 5.1: one document in, one document out. */
const opMessage = 2013
const headerLength = 16
/** Length, id, id of the request, operation, flags, kind of the section. */
const bodyStart = headerLength + 5
const checksumFlag = 1
/** Bytes of a message that no server exceeds. */
const longestMessage = 48_000_000

/** What answers there is not MongoDB. */
class MessageError extends Error {}

/**
 * Numbers and bytes keep the types that they have there, and text is taken even if it is not UTF-8:
 * somebody's document must not end the connection of all.
 */
const asTheyAre = {
  promoteValues: false,
  promoteLongs: false,
  promoteBuffers: false,
  bsonRegExp: true,
  validation: { utf8: false },
} as const

/**
 * The protocol of one connection: it knows the requests whose replies are to come. Commands are
 * documents in BSON.
 */
export function createMongodbProtocol(): WireProtocol<Uint8Array, Document> {
  const asked: number[] = []
  let lastId = 0

  function encodeOne(body: Uint8Array): Buffer {
    const head = Buffer.alloc(bodyStart)
    lastId = lastId + 1 & 0x7FFF_FFFF
    asked.push(lastId)
    head.writeInt32LE(bodyStart + body.length, 0)
    head.writeInt32LE(lastId, 4)
    head.writeInt32LE(opMessage, 12)
    return Buffer.concat([head, body])
  }

  function decodeOne(message: Buffer): Document {
    const flags = message.readInt32LE(headerLength)
    const isExpected = message.readInt32LE(8) === asked.shift() && message.readInt32LE(12) === opMessage
    // Only flags that change nothing for us are set without having been asked for.
    if (!isExpected || (flags & 0xFFFF & ~checksumFlag) !== 0 || message[bodyStart - 1] !== 0)
      throw new MessageError('This is no reply')
    const end = bodyStart + message.readInt32LE(bodyStart)
    if (end + (flags & checksumFlag ? 4 : 0) !== message.length)
      throw new MessageError('There is more than one document')
    return deserialize(message.subarray(bodyStart, end), asTheyAre)
  }

  return {
    name: 'MongoDB',
    encode: commands => Buffer.concat(commands.map(encodeOne)),
    createReader(onReply) {
      let pieces: Buffer[] = []
      let length = 0
      return (chunk) => {
        pieces.push(chunk)
        length += chunk.length
        for (;;) {
          if (length < 4)
            return
          // Once for each message: what comes in many pieces is put together when it is whole.
          if ((pieces[0]?.length ?? 0) < 4)
            pieces = [Buffer.concat(pieces)]
          const size = pieces[0]?.readInt32LE(0) ?? 0
          if (size < bodyStart + 5 || size > longestMessage)
            throw new MessageError('This is no message')
          if (length < size)
            return
          const all = pieces.length === 1 ? pieces[0] as Buffer : Buffer.concat(pieces)
          length -= size
          pieces = length === 0 ? [] : [all.subarray(size)]
          onReply(decodeOne(all.subarray(0, size)))
        }
      }
    },
  }
}
