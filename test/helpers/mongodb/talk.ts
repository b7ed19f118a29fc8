import type { Document } from 'bson'
import type { Socket } from 'node:net'
import { Buffer } from 'node:buffer'
import { deserialize, serialize } from 'bson'

const opMessage = 2013
/** Bytes of a message, and of its body: a document with a command around it. */
const longestMessage = 48_000_000
const longestBody = 16 * 1024 * 1024 + 16 * 1024
const typed = { promoteValues: false, promoteLongs: false, promoteBuffers: false, bsonRegExp: true } as const

/**
 * The protocol OP_MSG on one socket: hands over each command, and sends what comes back. As the
 * real server does, it ends the connection where a message is none.
 */
export function talk(socket: Socket, answer: (command: Document) => Document | undefined): void {
  let pieces: Buffer[] = []
  let length = 0
  socket.on('error', () => {}).on('data', (chunk: Buffer) => {
    pieces.push(chunk)
    length += chunk.length
    while (length >= 16) {
      if ((pieces[0]?.length ?? 0) < 16)
        pieces = [Buffer.concat(pieces)]
      const size = pieces[0]?.readInt32LE(0) ?? 0
      if (size < 26 || size > longestMessage)
        return void socket.destroy()
      if (length < size)
        return
      const all = Buffer.concat(pieces)
      pieces = [all.subarray(size)]
      length -= size
      const command = commandOf(all.subarray(0, size))
      if (command === undefined)
        return void socket.destroy()
      const reply = answer(command)
      if (reply)
        socket.write(messageOf(reply, all.readInt32LE(4)))
    }
  })
}

/** Undefined if it is no message that the server would take. */
function commandOf(message: Buffer): Document | undefined {
  if (message.readInt32LE(12) !== opMessage || message.readUInt32LE(16) !== 0)
    return undefined
  let command: Document | undefined
  const lists: Document = {}
  for (let at = 20; at < message.length;) {
    const kind = message[at]
    const size = message.readInt32LE(at + 1)
    const section = message.subarray(at + 1, at + 1 + size)
    if (size > longestBody && kind === 0)
      return undefined
    if (kind === 0)
      command = deserialize(section, typed)
    else if (kind === 1)
      Object.assign(lists, listOf(section))
    else
      return undefined
    at += 1 + size
  }
  return command && typeof command.$db === 'string' ? { ...command, ...lists } : undefined
}

/** A list of documents that is sent beside the command. */
function listOf(section: Buffer): Document {
  const end = section.indexOf(0, 4)
  const documents: Document[] = []
  for (let at = end + 1; at < section.length;) {
    const size = section.readInt32LE(at)
    documents.push(deserialize(section.subarray(at, at + size), typed))
    at += size
  }
  return { [section.toString('utf8', 4, end)]: documents }
}

function messageOf(reply: Document, responseTo: number): Buffer {
  const body = serialize(reply)
  const head = Buffer.alloc(21)
  head.writeInt32LE(head.length + body.length, 0)
  head.writeInt32LE(responseTo, 8)
  head.writeInt32LE(opMessage, 12)
  return Buffer.concat([head, body])
}
