import type { Upstreams } from '../../src/main/upstreams/upstreams'
import type { MeddlingProxy } from '../helpers/meddling-proxy'
import { Buffer } from 'node:buffer'
import { describe, expect, it, onTestFinished } from 'vitest'
import { SourceError } from '../../src/main/serving/sources/source'
import { aValue, neverAborts } from './sources'

/** A connection `main` through a proxy that meddles, and a way past it. */
export interface FailingRig {
  pool: Upstreams
  proxy: MeddlingProxy
  peek: (key: string) => Promise<Buffer | undefined>
  place: (key: string, value: Buffer) => Promise<void>
  /** An error, in the server's words, in answer to what it has heard. */
  error: (heard: Buffer) => string
}

const before = Buffer.alloc(5000, 'before ')
const after = Buffer.alloc(5000, 'after ')
const stored = { bytes: after, life: null }

type Work = (parts: ReturnType<typeof partsOf>, signal: AbortSignal) => Promise<unknown> | undefined
const operations: Record<string, Work> = {
  'load': ({ source }, signal) => source.load('a', signal),
  'set': ({ source }, signal) => source.writes?.set('a', aValue(after), signal),
  'delete': ({ source }, signal) => source.writes?.delete('a', signal),
  'replace': ({ source }, signal) => source.writes?.replace?.('a', before, aValue(after), signal),
  'touch': ({ source }, signal) => source.writes?.touch?.('a', 500, signal),
  'keys': ({ source }, signal) => source.keys?.('', signal)[Symbol.asyncIterator]().next(),
  'get of a backend': ({ backend }, signal) => backend.get('a', signal),
  'set of a backend': ({ backend }, signal) => backend.set('a', stored, signal),
  'delete of a backend': ({ backend }, signal) => backend.delete('a', signal),
  'replace of a backend': ({ backend }, signal) => backend.replace?.('a', before, stored, signal),
  'keys of a backend': ({ backend }, signal) => backend.keys('', signal)[Symbol.asyncIterator]().next(),
}

function partsOf({ pool }: FailingRig) {
  const [source, backend] = [pool.sourceOf('main', { format: 'a/b' }), pool.backendOf('main')]
  if (!source || !backend)
    throw new Error('There should be both')
  return { source, backend }
}

/**
 * What every driver does when its server, or the way to it, fails in the middle of a call: it says
 * so, it never says that nothing happened where something has, it hands out no half value and no
 * answer of another call, and it leaves no socket. `open` gives a new rig that cleans up after
 * itself.
 */
export function describeFailures(name: string, open: () => Promise<FailingRig>): void {
  describe.each(Object.entries(operations))(`failures contract: ${name}, %s`, (_, work) => {
    async function start(): Promise<FailingRig & ReturnType<typeof partsOf>> {
      const rig = await open()
      await rig.place('a', before)
      await rig.place('other', Buffer.from('another value'))
      const parts = { ...rig, ...partsOf(rig) }
      expect((await parts.source.load('a', neverAborts))?.value).toEqual(before)
      return parts
    }

    /** The error that came, which tells nothing wrong. */
    async function failureOf({ peek }: FailingRig, ended: Promise<unknown>): Promise<SourceError> {
      const error = await ended.then(result => ({ result }), (error: unknown) => error)
      expect(error).toBeInstanceOf(SourceError)
      const { failure, message } = error as SourceError
      const now = await peek('a')
      if (!now?.equals(before))
        expect(failure, 'something has happened').toBe('lost')
      expect(message).not.toContain('canary')
      return error as SourceError
    }

    async function isWellAgain({ source, proxy, pool, peek }: Awaited<ReturnType<typeof start>>): Promise<void> {
      proxy.manner = 'passes'
      const other = async (): Promise<string> =>
        String((await source.load('other', neverAborts).catch(() => {}))?.value)
      await expect.poll(other).toBe('another value')
      expect((await source.load('a', neverAborts))?.value).toEqual(await peek('a'))
      pool.dispose()
      await expect.poll(proxy.open).toBe(0)
    }

    it.each(['resets', 'halves'] as const)('where the server %s its answer', async (manner) => {
      const parts = await start()
      parts.proxy.manner = manner
      const { failure } = await failureOf(parts, work(parts, neverAborts) ?? expect.unreachable())
      expect(failure).not.toBe('refused')
      await isWellAgain(parts)
    })

    it('where the server answers with an error', async () => {
      const parts = await start()
      parts.proxy.manner = { answers: parts.error }
      const { failure } = await failureOf(parts, work(parts, neverAborts) ?? expect.unreachable())
      expect(failure).not.toBe('unreachable')
      await isWellAgain(parts)
    })

    it('where the answer comes after its caller has left', async () => {
      const parts = await start()
      const { proxy, source } = parts
      proxy.manner = 'holds'
      const leaving = new AbortController()
      const call = failureOf(parts, work(parts, leaving.signal) ?? expect.unreachable())
      await expect.poll(proxy.held).toBeGreaterThan(0)
      leaving.abort()
      expect((await call).failure).toBe('lost')
      // Whoever comes next gets the answer to their own call, or none.
      const next = source.load('other', neverAborts).then(found => String(found?.value), () => 'none')
      const release = setInterval(proxy.release, 5)
      onTestFinished(() => clearInterval(release))
      expect(['another value', 'none']).toContain(await next)
      await isWellAgain(parts)
    })
  })
}
