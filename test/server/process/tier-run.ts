import type { Agent } from 'node:http'
import type { ServerProcess } from './launch'
import { Agent as HttpAgent } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { fieldsOfUrl } from '../../../src/shared/connections/read'
import { temporaryFolder } from '../../helpers/folder'
import { patience } from '../../helpers/patience'
import { launch } from './launch'

/** Milliseconds for which a reader may get what was there before, and what a busy machine adds. */
const mostAge = 3000 + 1000
/** Milliseconds between two requests of one worker: a stream, not a flood. */
const pace = 4
const keys = Array.from({ length: 60 }, (_, index) => `k${index}`)

/** What is known of one key. Its values are numbers that rise. */
interface Known {
  /** The last one that was given. */
  given: number
  /** Acknowledged, by when. */
  acknowledged: { value: number, at: number }[]
  /** Values of writes without an answer: they may have been done, and may still be. */
  open: number[]
}

interface TierCounts {
  reads: number
  writes: number
  /** Reads that were answered by a copy while Redis was away, and said so. */
  marked: number
  failedReads: number
  failedWrites: number
  /** Reads that got what had been replaced for longer than is promised. */
  tooOld: string[]
  /** Acknowledged writes that Redis does not have after a fault; `late`: by a new master. */
  lost: { key: string, value: number, found: number, late: boolean }[]
}

/** Three Larders as programs that share a cache at this address, and people who use it. */
export async function startTierRun(url: string) {
  const counts: TierCounts = { reads: 0, writes: 0, marked: 0, failedReads: 0, failedWrites: 0, tooOld: [], lost: [] }
  const state = new Map<string, Known>(keys.map(key => [key, { given: 0, acknowledged: [], open: [] }]))
  const known = (key: string): Known => state.get(key) as Known
  const agents: Agent[] = [0, 1, 2].map(() => new HttpAgent({ keepAlive: true }))
  const homes = [0, 1, 2].map(() => temporaryFolder())
  const larders: ServerProcess[] = homes.map(home => launch(home))
  const { driver, fields } = fieldsOfUrl(url)
  const backend = {
    ...{ connection: 'main', prefix: 't:', format: 'raw', contentType: 'text/plain', timeout: 1 },
    near: { ttl: null },
  }
  for (const larder of larders) {
    for (const [path, body] of [
      ['/admin/connections', { name: 'main', driver, ...fields }],
      ['/admin/caches', { name: 'tier', ttl: null, backend }],
    ] as const) {
      const { status, text } = await larder.send('POST', path, { body: JSON.stringify(body) })
      if (status !== 201)
        throw new Error(`${path}: ${status} ${text}`)
    }
  }
  /** Whether old values count: not while Redis may have lost what it had acknowledged. */
  let checking = true
  let writing = true
  const end = new AbortController()
  const busy = new Set<string>()

  const ask = (index: number, method: string, key: string, body?: string) =>
    (larders[index] as ServerProcess).send(
      method,
      `/api/caches/tier/entries/${key}`,
      { ...body !== undefined && { body }, agent: agents[index] as Agent },
    )

  async function write(index: number, key: string): Promise<void> {
    const { open, acknowledged } = known(key)
    const value = ++known(key).given
    counts.writes += 1
    try {
      const { status } = await ask(index, 'PUT', key, String(value))
      if (status < 300) {
        acknowledged.push({ value, at: performance.now() })
        return
      }
      counts.failedWrites += 1
      // 502 and 503 say that nothing was written.
      if (status === 504)
        open.push(value)
    }
    catch {
      // The Larder was killed: nobody knows.
      counts.failedWrites += 1
      open.push(value)
    }
  }

  async function read(index: number, key: string): Promise<void> {
    const from = performance.now()
    const wasChecking = checking
    counts.reads += 1
    const answer = await ask(index, 'GET', key).catch(() => undefined)
    if (answer === undefined || (answer.status !== 200 && answer.status !== 404)) {
      counts.failedReads += 1
      return
    }
    if (String(answer.headers['cache-status']).includes('detail=backend-down')) {
      counts.marked += 1
      return
    }
    const value = answer.status === 404 ? 0 : Number(answer.text)
    const newer = known(key).acknowledged.find(each => each.value > value && each.at < from - mostAge)
    if (newer && wasChecking && checking)
      counts.tooOld.push(`${key} at Larder ${index}: ${value}, ${Math.round(from - newer.at)} ms after ${newer.value}`)
  }

  /** One write of a key at a time; none after one of which nobody knows whether it is done. */
  async function writeInTurn(index: number, key: string): Promise<void> {
    if (!writing || busy.has(key) || known(key).open.length > 0)
      return
    busy.add(key)
    await write(index, key)
    busy.delete(key)
  }

  async function work(index: number, one: typeof write): Promise<void> {
    while (!end.signal.aborted) {
      await one(index, keys[Math.floor(Math.random() * keys.length)] as string)
      await pause(pace)
    }
  }
  const workers = [0, 1, 2].flatMap(index => [writeInTurn, read, read].map(one => work(index, one)))

  async function until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
    const deadline = performance.now() + patience
    while (!await holds()) {
      if (performance.now() > deadline)
        throw new Error(`It never came that ${what}`)
      await pause(20)
    }
  }

  /** Whether a Larder reads and writes, and is told of changes. */
  async function isWell(index: number): Promise<boolean> {
    const answer = await (larders[index] as ServerProcess).send('GET', '/admin/caches/tier').catch(() => undefined)
    const { connected } = answer?.json<{ tier: { connected: boolean } }>().tier ?? {}
    if (connected !== true)
      return false
    for (const key of keys) {
      const found = await ask(index, 'GET', key).catch(() => undefined)
      if (found === undefined || found.status >= 500 || String(found.headers['cache-status']).includes('backend-down'))
        return false
    }
    return true
  }

  return {
    counts,
    /** Runs until so many more were written, and for as long as old values would show. */
    async run(more: number): Promise<void> {
      const from = performance.now()
      const enough = counts.writes - counts.failedWrites + more
      await until('enough was written', () => counts.writes - counts.failedWrites >= enough)
      await until('old values had time to show', () => performance.now() > from + mostAge + 1000)
    },
    /**
     * Does something bad and puts it right again, while everybody goes on. Then counts what has
     * been lost: what `truth` says Redis has is what counts from then on.
     *
     * @param bad resolves to when another server took over, if one did
     * @param mayLose whether Redis may lose by it what it has acknowledged
     */
    async fault(
      bad: () => Promise<number | void>,
      truth: (key: string) => Promise<number>,
      mayLose: boolean,
    ): Promise<void> {
      checking = !mayLose
      const takenOver = await bad()
      for (const index of [0, 1, 2])
        await until(`Larder ${index} is well again`, () => isWell(index))
      writing = false
      await until('the last writes have ended', () => busy.size === 0)
      for (const key of keys) {
        const found = await truth(key)
        const { acknowledged, open } = known(key)
        const last = acknowledged.at(-1)
        if (last !== undefined && found !== last.value && !open.includes(found))
          counts.lost.push({ key, value: last.value, found, late: last.at > (takenOver ?? Infinity) })
        state.set(key, { given: known(key).given, acknowledged: [{ value: found, at: performance.now() }], open: [] })
      }
      checking = true
      writing = true
    },
    /** Lets milliseconds pass, in which something bad has its effect. */
    pass: (milliseconds: number) => pause(milliseconds),
    /** Kills one of the Larders, and starts it again. */
    async killLarder(index: number): Promise<void> {
      await (larders[index] as ServerProcess).end('SIGKILL')
      larders[index] = launch(homes[index] as string)
      await larders[index].ready
    },
    async end(): Promise<void> {
      end.abort()
      await Promise.all(workers)
      agents.forEach(agent => agent.destroy())
    },
  }
}
