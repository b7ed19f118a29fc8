import type { Document } from 'bson'
import type { AddressInfo, Server, Socket } from 'node:net'
import type { TlsOptions } from 'node:tls'
import { once } from 'node:events'
import { createServer } from 'node:net'
import process from 'node:process'
import { createServer as createSecureServer } from 'node:tls'
import { Int32 } from 'bson'
import { largestDocument } from './mongodb/collection'
import { runCommand, Store } from './mongodb/commands'
import { createConversation } from './mongodb/scram'
import { talk } from './mongodb/talk'
import { CommandFailure } from './mongodb/values'

/**
 * A real server, against which the same tests run if there is one: the URL of one that may be
 * written to. It is never one of the tests' own, as MongoDB is in no package repository of Debian.
 */
export const realMongodb = process.env.LARDER_TEST_MONGODB

interface MongodbSettings {
  /** Users with their passwords, one of whom has to sign in. */
  passwords?: ReadonlyMap<string, string>
  /** Signs with another password than the one it was told. */
  lies?: boolean
  tls?: TlsOptions
  /** What it says of itself in addition. */
  hello?: Document
}

export interface MongodbServer {
  port: number
  url: string
  /** The commands that came, without those of the handshake. */
  readonly commands: Document[]
  /** What it says of itself from now on, in addition. */
  describe: (hello: Document) => void
  /** Answers the next command of this name by itself; undefined: never. */
  intercept: (name: string, answer: () => Document | undefined) => void
  /** Connections that are open. */
  open: () => number
  kill: () => Promise<void>
  /** Starts again, empty, on the same port. */
  restart: () => Promise<void>
  dispose: () => Promise<void>
}

const handshake = ['hello', 'ping', 'buildInfo', 'saslStart', 'saslContinue']

/**
 * The protocol of MongoDB over collections in memory. It knows what Larder asks for and no more:
 * any other command, field or operator is an error, as it is at the real server.
 */
export async function startMongodb({ passwords, lies, tls, hello = {} }: MongodbSettings = {}): Promise<MongodbServer> {
  const sockets = new Set<Socket>()
  const commands: Document[] = []
  const intercepted = new Map<string, () => Document | undefined>()
  let described = hello
  let store = new Store()
  let server: Server
  let port = 0

  function serve(socket: Socket): void {
    let isSignedIn = passwords === undefined
    const conversation = createConversation(passwords ?? new Map(), lies)
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))

    function run(command: Document): Document | undefined {
      const [name = ''] = Object.keys(command)
      if (name === 'hello')
        return { isWritablePrimary: true, ...limits, ...described }
      if (name === 'ping')
        return {}
      if (name === 'buildInfo')
        return { version: '8.0.4', maxBsonObjectSize: largestDocument }
      if (name === 'saslStart')
        return conversation.start(command)
      if (name === 'saslContinue') {
        const reply = conversation.continue(command)
        isSignedIn = true
        return reply
      }
      if (!isSignedIn)
        throw new CommandFailure(13, 'Unauthorized', `Command ${name} requires authentication`)
      const mayBeCopy = (command.$readPreference as Document | undefined)?.mode === 'primaryPreferred'
      if (described.isWritablePrimary === false && !(name === 'find' && mayBeCopy))
        throw new CommandFailure(13_435, 'NotPrimaryNoSecondaryOk', 'not primary and secondaryOk=false')
      return runCommand(command, store)
    }

    talk(socket, (command) => {
      const [name = ''] = Object.keys(command)
      if (!handshake.includes(name))
        commands.push(command)
      const own = intercepted.get(name)
      intercepted.delete(name)
      try {
        const reply = own ? own() : run(command)
        return reply && { ...reply, ok: (reply.ok as number | undefined) ?? 1 }
      }
      catch (error) {
        if (error instanceof CommandFailure)
          return error.reply
        throw error
      }
    })
  }

  async function start(): Promise<void> {
    store = new Store()
    server = tls ? createSecureServer(tls, serve) : createServer(serve)
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    port = (server.address() as AddressInfo).port
  }
  async function kill(): Promise<void> {
    if (!server.listening)
      return
    sockets.forEach(socket => socket.destroy())
    server.close()
    await once(server, 'close')
  }

  await start()
  return {
    port,
    url: `mongodb://127.0.0.1:${port}`,
    commands,
    describe: (more) => {
      described = more
    },
    intercept: (name, answer) => void intercepted.set(name, answer),
    open: () => sockets.size,
    kill,
    restart: start,
    dispose: kill,
  }
}

const limits = {
  maxBsonObjectSize: new Int32(largestDocument),
  maxMessageSizeBytes: new Int32(48_000_000),
  maxWriteBatchSize: new Int32(100_000),
  minWireVersion: new Int32(0),
  maxWireVersion: new Int32(25),
  localTime: new Date(0),
}
