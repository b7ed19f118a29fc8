import type { Document } from 'bson'
import { Long } from 'bson'
import { SourceError } from '../../serving/sources/source'

/**
 * What errors of a server mean, by their codes. Its own sentences are not passed on: some quote
 * keys and values.
 */
const sentences: Readonly<Record<number, string>> = {
  11: 'The server does not know this user.',
  13: 'The user may not do this with the collection.',
  18: 'The server refuses this user or password.',
  26: 'There is no such collection there.',
  48: 'There is something else of this name there.',
  50: 'The server took longer for it than it may.',
  59: 'The server does not know the command.',
  66: 'The value names another _id than the document there has.',
  73: 'The server does not take the name of the database or collection.',
  121: 'The collection does not take such a document.',
  166: 'The collection is a view, which takes no writes.',
  334: 'The server does not sign in by SCRAM-SHA-256.',
  10334: 'The value is larger than a document may be.',
  11000: 'Another document has the same value in a field that must be unique.',
  17280: 'The server does not take such a long key.',
}

/** The server can do nothing more for us: another one is the primary now, or will be. */
const awayCodes = new Set([91, 189, 10_107, 11_600, 11_602, 13_435, 13_436])
const unauthorized = 13

/** Of an error of the server. */
export class CommandError extends SourceError {
  readonly code: number
  /** The server is no longer the one to ask. */
  readonly isAway: boolean
  /** The fields of the index that a document would have broken; none if the server does not say. */
  readonly indexed: readonly string[]

  constructor(reply: Document, isAnonymous: boolean) {
    const code = Number(reply.code ?? 0)
    const isAway = awayCodes.has(code)
    const known = isAway
      ? 'The server is not the primary of its replica set.'
      : code === unauthorized && isAnonymous ? 'The server wants a user and a password.' : sentences[code]
    const name = /^\w{1,64}$/.exec(String(reply.codeName ?? ''))?.[0]
    super('refused', known ?? `The server answers with ${name === undefined ? 'an error' : `the error ${name}`}.`)
    this.code = code
    this.isAway = isAway
    this.indexed = Object.keys(reply.keyPattern as object | undefined ?? {})
  }
}

/** The documents of a reply, and the cursor to the next ones. Throws SourceError. */
export function pageOf({ cursor }: Document): { id: Long, documents: Document[] } {
  const { id, firstBatch, nextBatch = firstBatch } = (cursor ?? {}) as Document
  if (!(id instanceof Long) || !Array.isArray(nextBatch))
    throw new SourceError('refused', 'What answers there is not MongoDB.')
  return { id, documents: nextBatch as Document[] }
}

/** The reply, unless it is an error. */
export function demandOk(reply: Document | undefined, isAnonymous: boolean): Document {
  if (Number(reply?.ok) === 1 && reply)
    return reply
  throw new CommandError(reply ?? {}, isAnonymous)
}
