import type { ConnectionDefinition } from '@shared/connections/read'
import type { Document } from 'bson'
import type { Attempt } from '../driver'
import type { Wire } from '../wire'
import type { MongodbHosts, NameRecords } from './hosts'
import process from 'node:process'
import { mongodbAddressOf } from '@shared/connections/mongodb'
import { hostText } from '@shared/connections/mongodb-url'
import { calculateObjectSize, serialize } from 'bson'
import { SourceError } from '../../serving/sources/source'
import { dial } from '../dial'
import { createWire } from '../wire'
import { CommandError, demandOk } from './answers'
import { firstToOpen, hostsOf } from './hosts'
import { createMongodbProtocol } from './messages'
import { signIn } from './sign-in'

/** Commands to the primary of a replica set, to a router, or to a server by itself. */
export interface MongodbClient {
  /**
   * Runs a command in a database. Throws SourceError; CommandError where the server refuses it.
   */
  run: (database: string, command: Document, signal: AbortSignal) => Promise<Document>
  /** Bytes of a document, at most. */
  readonly largest: number
  /** What answers there, such as `MongoDB 8.0.4`. */
  readonly server: string
  readonly ended: Promise<string>
  close: () => void
}

/** Bytes that a command may have besides a document of the largest size. */
const commandBytes = 16_384
const usualLargest = 16_777_216
const administration = 'admin'

/** Commands that a copy of the primary answers, where that is asked for. */
const reading = ['find', 'listIndexes']
const preferred = { mode: 'primaryPreferred' }

/** Who we are, as the server's log shows it. */
const greeting = {
  hello: 1,
  client: {
    application: { name: 'larder' },
    driver: { name: 'larder', version: '1' },
    os: { type: process.platform },
  },
}

/** A server that answered, before anybody signed in. */
interface Greeted {
  wire: Wire<Uint8Array, Document>
  hello: Document
  close: () => void
}

/** Finds the primary among the hosts of the URL, and signs in there. Throws SourceError. */
export async function openMongodb(
  { values, secrets }: Pick<ConnectionDefinition, 'values' | 'secrets'>,
  attempt: Attempt,
  records: NameRecords,
): Promise<MongodbClient> {
  const url = mongodbAddressOf(values)
  const found = await hostsOf(url, attempt, records)
  const ca = values.ca === undefined ? {} : { ca: String(values.ca) }
  const tls = url.tls ? { plain: 'mongodb:// and has no tls=true', ...ca } : null
  const { wire, hello } = await firstToOpen(found.hosts, async (host, own) => {
    const greeted = await greet({ ...host, tls }, own)
    const problem = problemOf(greeted.hello, url.isDirect, found)
    if (problem !== null) {
      greeted.close()
      throw new SourceError('refused', problem)
    }
    return greeted
  }, attempt)
  const largest = Math.min(Number(hello.maxBsonObjectSize ?? usualLargest), usualLargest)
  const user = values.user === undefined ? undefined : String(values.user)

  async function run(database: string, command: Document, signal: AbortSignal): Promise<Document> {
    // Of one server that was chosen, whatever it is in its set, copies are read as well.
    const copies = url.isDirect && reading.some(name => name in command) ? { $readPreference: preferred } : {}
    const [reply] = await wire.send([encode({ ...command, ...copies, $db: database }, largest)], signal)
    try {
      return demandOk(reply, user === undefined)
    }
    catch (error) {
      // Opened anew, the connection finds the server that is the primary then.
      if (error instanceof CommandError && error.isAway)
        wire.close()
      throw error
    }
  }

  try {
    if (user === undefined && secrets.password !== undefined)
      throw new SourceError('refused', 'The password needs a user.')
    if (user !== undefined) {
      const credentials = { user, password: secrets.password ?? '' }
      const database = found.authSource ?? administration
      await signIn(credentials, command => run(database, command, attempt.signal))
    }
    const { version } = await run(administration, { buildInfo: 1 }, attempt.signal)
    const known = /^[\w.-]{1,32}$/.exec(String(version))?.[0]
    return {
      run,
      largest,
      server: known === undefined ? 'MongoDB' : `MongoDB ${known}`,
      ended: wire.ended,
      close: wire.close,
    }
  }
  catch (error) {
    wire.close()
    throw error
  }
}

async function greet(place: Parameters<typeof dial>[0], attempt: Attempt): Promise<Greeted> {
  const wire = createWire(await dial(place, attempt), createMongodbProtocol())
  try {
    attempt.step('authenticate')
    const [hello] = await wire.send([encode({ ...greeting, $db: administration }, usualLargest)], attempt.signal)
    return { wire, hello: demandOk(hello, true), close: wire.close }
  }
  catch (error) {
    wire.close()
    throw error
  }
}

/** Why a server is not the one to ask; null if it is. */
function problemOf(hello: Document, isDirect: boolean, { replicaSet, hosts }: MongodbHosts): string | null {
  if (replicaSet !== undefined && hello.setName !== replicaSet)
    return 'The server does not belong to the replica set that the URL names.'
  if (isDirect || hello.isWritablePrimary === true)
    return null
  const primary = /^[\w.-]{1,253}:\d{1,5}$/.exec(String(hello.primary))?.[0]
  if (primary === undefined)
    return 'The replica set has no primary at the moment.'
  return hosts.map(hostText).includes(primary.toLowerCase())
    ? `The primary of the replica set, ${primary}, cannot be reached.`
    : `The primary of the replica set is ${primary}, which the URL does not name.`
}

/** Throws SourceError for what MongoDB cannot hold. */
function encode(command: Document, largest: number): Uint8Array {
  try {
    if (calculateObjectSize(command) <= largest + commandBytes)
      return serialize(command)
  }
  catch (error) {
    throw new SourceError('refused', 'MongoDB cannot keep this value.', { cause: error })
  }
  throw new SourceError('refused', 'The value is larger than MongoDB takes in one step.')
}
