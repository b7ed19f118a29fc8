import type { RequestRecord } from '@shared/schemas'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { serverEvent } from '../../../src/renderer/src/api/server-event'
import { createRequestStream } from '../../../src/renderer/src/views/requests/request-stream'
import { recordOf } from '../../helpers/request-record'

/** Creates a server whose log keeps the newest 25, in pages of ten, and answers on command. */
function setUp() {
  const log: RequestRecord[] = []
  const seen: (number | 'gap' | Readonly<Record<string, number>>)[] = []
  const problems: unknown[] = []
  const answers: (() => void)[] = []
  let broken = false
  const stream = createRequestStream({
    readPage: (before = Infinity) => {
      const newest = log.slice(-25).filter(({ id }) => id < before).slice(-10)
      const fails = broken
      return new Promise((resolve, reject) => answers.push(() => fails ? reject(new Error('down')) : resolve(newest)))
    },
    onRecords: records => void seen.push(...records.map(record => record.id)),
    onMissed: results => void seen.push(results),
    onGap: () => void seen.push('gap'),
    onProblem: error => void problems.push(error),
  })
  let next = 1
  return {
    log,
    seen,
    problems,
    stream,
    /** Makes a request that is reported live, unless the connection is down. */
    request(live = true) {
      const record = recordOf({ id: next++ })
      log.push(record)
      if (live)
        stream.push(serverEvent('request', JSON.stringify(record)))
    },
    restart() {
      next = 1
      log.length = 0
    },
    break: (now: boolean) => void (broken = now),
    async answer() {
      answers.splice(0).forEach(give => give())
      await new Promise(resolve => setTimeout(resolve))
    },
    /** Until it asks for no other page. */
    async answerAll() {
      do {
        answers.splice(0).forEach(give => give())
        await new Promise(resolve => setTimeout(resolve))
      } while (answers.length > 0)
    },
  }
}

describe('the stream of requests', () => {
  it('begins with what the server still knows, joined to the live ones without a double', async () => {
    const { seen, stream, request, answer } = setUp()
    request(false)
    request(false)
    const done = stream.catchUp()
    request()
    stream.flush()
    expect(seen).toEqual([])
    await answer()
    await done
    expect(seen).toEqual([1, 2, 3])
    request()
    stream.flush()
    expect(seen).toEqual([1, 2, 3, 4])
  })

  // Red: in `flush` pass on all records.
  it('passes on no request twice whose event comes after the page that has it', async () => {
    const { seen, stream, log, request, answer } = setUp()
    request(false)
    request(false)
    const done = stream.catchUp()
    await answer()
    await done
    for (const record of log)
      stream.push(serverEvent('request', JSON.stringify(record)))
    request()
    stream.flush()
    expect(seen).toEqual([1, 2, 3])
  })

  it('fills in what was missed, page by page, and tells of a gap where the log does not reach back', async () => {
    const { seen, stream, request, answer, answerAll } = setUp()
    request()
    stream.flush()
    for (let i = 0; i < 5; i++)
      request(false)
    void stream.catchUp()
    await answer()
    expect(seen).toEqual([1, 2, 3, 4, 5, 6])
    for (let i = 0; i < 22; i++)
      request(false)
    void stream.catchUp()
    await answer()
    request()
    await answerAll()
    expect(seen).toEqual(Array.from({ length: 29 }, (_, i) => i + 1))
    for (let i = 0; i < 27; i++)
      request(false)
    void stream.catchUp()
    await answerAll()
    expect(seen.slice(29)).toEqual(['gap', ...Array.from({ length: 25 }, (_, i) => i + 32)])
  })

  it('takes up the ids of a server that was started anew, and tells of the gap', async () => {
    const { seen, stream, request, answerAll, restart } = setUp()
    request()
    request()
    stream.flush()
    restart()
    request(false)
    void stream.catchUp()
    await answerAll()
    request()
    stream.flush()
    expect(seen).toEqual([1, 2, 'gap', 1, 2])
    for (let i = 0; i < 12; i++)
      request(false)
    void stream.catchUp()
    // Started anew between two pages: what the second one has is not older than the first.
    restart()
    for (let i = 0; i < 15; i++)
      request(false)
    await answerAll()
    expect(seen.slice(5)).toEqual(['gap', ...Array.from({ length: 10 }, (_, i) => i + 5)])
    void stream.catchUp()
    await answerAll()
    expect(seen.slice(16)).toEqual(['gap', ...Array.from({ length: 15 }, (_, i) => i + 1)])
  })

  it('hands on how many the connection was too slow for, and reads again when that happens while it reads', async () => {
    const { seen, stream, request, answer } = setUp()
    request()
    stream.push(serverEvent('lagged', '{"dropped":3,"requests":{"hit":2}}'))
    stream.flush()
    expect(seen).toEqual([{ hit: 2 }, 1])
    request(false)
    void stream.catchUp()
    request(false)
    stream.push(serverEvent('lagged', '{"dropped":1,"requests":{"hit":1}}'))
    request()
    await answer()
    await answer()
    expect(seen).toEqual([{ hit: 2 }, 1, 2, 3, 4])
  })

  it('goes on with the live ones when the log cannot be read', async () => {
    const { seen, problems, stream, request, answer, break: breakOff } = setUp()
    breakOff(true)
    void stream.catchUp()
    request()
    await answer()
    request()
    stream.flush()
    expect(seen).toEqual([1, 2])
    expect(problems).toHaveLength(1)
  })

  it('bounds what waits: without a flush it hands on, while reading it reads again', async () => {
    const { seen, stream, request, answer, answerAll } = setUp()
    for (let i = 0; i < 2000; i++)
      request()
    expect(seen).toHaveLength(2000)
    void stream.catchUp()
    for (let i = 0; i < 10_001; i++)
      request()
    await answer()
    expect(seen).toHaveLength(2000)
    await answerAll()
    expect(seen.slice(2000)).toEqual(['gap', ...Array.from({ length: 25 }, (_, i) => 11_977 + i)])
  })

  it('whatever happens, tells each request at most once and in order, and a gap wherever some are missing', async () => {
    const step = fc.constantFrom('live', 'lost', 'flush', 'catchUp', 'answer')
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const { seen, stream, request, answer, answerAll } = setUp()
      // Live events stop while the connection is down, and a reading always follows.
      let down = false
      for (const name of steps) {
        if (name === 'live' || name === 'lost') {
          down ||= name === 'lost'
          request(!down)
        }
        else if (name === 'flush') {
          stream.flush()
        }
        else if (name === 'catchUp') {
          down = false
          void stream.catchUp()
        }
        else {
          await answer()
        }
      }
      void stream.catchUp()
      await answerAll()
      let before: unknown = 'gap'
      for (const id of seen) {
        if (typeof id === 'number' && typeof before === 'number')
          expect(id).toBe(before + 1)
        before = id
      }
    }), { numRuns: 300 })
  })
})
