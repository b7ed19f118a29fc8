import type { Argument, Reply } from '../../../src/main/base/resp'
import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import { connect } from 'node:net'
import { vi } from 'vitest'
import { createReplyReader, encodeCommands, Push } from '../../../src/main/base/resp'
import { patience } from '../../helpers/patience'
import { plain } from './differences'

/** A connection that keeps all that it is told, answers and messages alike. */
export interface Listener {
  readonly heard: Reply[]
  send: (...words: Argument[]) => void
  /** Resolves when all that was told before has arrived. */
  settle: () => Promise<void>
  /** All that was told since the last time, in a form that can be read. */
  take: () => unknown[]
  close: () => void
}

const token = 'settled'

export async function listenAt(port: number): Promise<Listener> {
  const socket = connect(port, '127.0.0.1')
  const heard: Reply[] = []
  const waiting: (() => void)[] = []
  /** Within a transaction a PING would be queued. */
  let isQueueing = false
  let isAnswered = true
  socket.on('data', createReplyReader((reply) => {
    const [pong, last] = Array.isArray(reply) ? reply : [reply, reply]
    const isToken = Buffer.isBuffer(last) && String(last) === token && (last === pong || String(pong) === 'pong')
    isAnswered = true
    if (isToken)
      waiting.shift()?.()
    else
      heard.push(reply)
  }, 2 ** 30))
  // 'close' follows.
  socket.on('error', () => {})
  await once(socket, 'connect')
  return {
    heard,
    send(...words) {
      isQueueing = words[0] === 'MULTI' || (isQueueing && words[0] !== 'EXEC')
      isAnswered = false
      socket.write(encodeCommands([words]))
    },
    async settle() {
      if (isQueueing)
        return void await vi.waitUntil(() => isAnswered, { timeout: patience, interval: 1 })
      await new Promise<void>((resolve) => {
        waiting.push(resolve)
        socket.write(encodeCommands([['PING', token]]))
      })
    },
    take: () => heard.splice(0).map(told),
    close: () => socket.destroy(),
  }
}

/** Messages apart from answers, which are arrays in RESP 2 both. */
function told(reply: Reply): unknown {
  return reply instanceof Push ? { push: reply.items.map(item => plain(item)) } : plain(reply)
}

/**
 * Runs lines such as `a: SUBSCRIBE news` one after the other, each on the connection of that name,
 * and returns what each connection was told after each line. `#a` stands for the number of a
 * connection, `- a` closes it.
 *
 * @param greeting what each connection sends first
 */
export async function play(
  port: number,
  lines: readonly string[],
  greeting: readonly string[][] = [],
): Promise<string[]> {
  const listeners = new Map<string, Listener>()
  const ids = new Map<string, string>()
  const record: string[] = []

  for (const name of new Set(lines.flatMap(line => /^(\w): /.exec(line)?.[1] ?? []))) {
    const listener = await listenAt(port)
    for (const command of [...greeting, ['CLIENT', 'ID']])
      listener.send(...command)
    await listener.settle()
    ids.set(name, String(listener.take().at(-1)))
    listeners.set(name, listener)
  }

  /** Without times, places, and, where they are told, numbers of connections. */
  const named = (text: string, isNumber: boolean): string => [...ids].reduce(
    (all, [name, id]) => isNumber ? all.replaceAll(new RegExp(String.raw`\b${id}\b(?!\.)`, 'g'), `#${name}`) : all,
    text.replaceAll(/\d{10}\.\d{6} \[(\d+) 127\.0\.0\.1:\d+\]/g, 'time [$1 place]'),
  )

  for (const line of lines) {
    const [name = '', command = ''] = line.split(/: (.*)/)
    if (line.startsWith('- ')) {
      listeners.get(line.slice(2))?.close()
      listeners.delete(line.slice(2))
    }
    else {
      const words = command.replaceAll(/#(\w)/g, (_, other: string) => ids.get(other) ?? '').split(' ')
      listeners.get(name)?.send(...words.map(word => word === '""' ? '' : word))
    }
    // Twice: what one of them causes, the others are told.
    for (let round = 0; round < 2; round++)
      await Promise.all([...listeners.values()].map(listener => listener.settle()))
    const told = [...listeners].flatMap(([who, listener]) =>
      listener.take().map((reply) => {
        const text = JSON.stringify(reply)
        return `  ${who} ${named(text, /redir/i.test(line + text))}`
      }))
    // What HELLO answers is each server's own, and a monitor sees how this waits.
    record.push(line, ...command.startsWith('HELLO') ? [] : told.filter(text => !text.includes(token)))
  }
  listeners.forEach(listener => listener.close())
  return record
}
