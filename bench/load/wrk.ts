import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { loadCore } from '../peers/start'

/** A load; `%d` in path and body is replaced by a key's number. */
export interface Load {
  method: 'GET' | 'PUT' | 'POST'
  path: string
  /** Size of the body in bytes, unless `body` is given. */
  bytes?: number
  /** The body itself, without spaces, instead of `bytes`. */
  body?: string
  /** @default 1 */
  keys?: number
  pick?: 'even' | 'zipf'
  /** Share of PUTs among GETs. */
  puts?: number
  /** Whether every request has a new key. */
  fresh?: boolean
}

interface Shot {
  requestsPerSecond: number
  requests: number
  /** Milliseconds. */
  p99: number
  /** Answers that were neither 2xx nor 3xx. */
  refused: number
}

const connections = 32
const script = join(import.meta.dirname, 'requests.lua')
/** Fresh keys of one shot have higher numbers than those of all earlier ones. */
let firstFresh = 0

/**
 * Loads a server for some milliseconds and returns the figures. wrk only counts in whole seconds,
 * but an interrupt ends it sooner, and it reports by the time that really passed. If it has sent
 * nothing by then, it is run again for twice as long, unless it has had a second already: on a busy
 * machine it may take that long to start. Throws if it cannot connect.
 */
export async function shoot(port: number, key: string, load: Load, milliseconds: number): Promise<Shot> {
  const options = [`keys=${load.keys ?? 1}`, `pick=${load.pick ?? 'even'}`]
  if (load.puts !== undefined)
    options.push(`puts=${load.puts}`)
  if (load.body !== undefined)
    options.push(`body=${load.body}`)
  if (load.fresh)
    options.push(`fresh=${firstFresh += 10_000_000}`)
  const seconds = Math.ceil(milliseconds / 1000) + 5
  const child = spawn('taskset', ['-c', loadCore, 'wrk', '-t1', `-c${connections}`, `-d${seconds}s`, '--latency', '-s', script, `http://127.0.0.1:${port}`, '--', load.method, load.path, key, String(load.bytes ?? 0), ...options], { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => output += text)
  const ended = once(child, 'close')
  await sleep(milliseconds)
  child.kill('SIGINT')
  await ended
  if (!/[1-9]\d* requests in/.test(output) && milliseconds < 1000)
    return shoot(port, key, load, milliseconds * 2)
  return parse(output)
}

function parse(output: string): Shot {
  const requests = Number(/(\d+) requests in/.exec(output)?.[1])
  const requestsPerSecond = Number(/Requests\/sec:\s*([\d.]+)/.exec(output)?.[1])
  const tail = /99%\s+([\d.]+)(us|ms|s)/.exec(output)
  if (!(requestsPerSecond > 0) || !tail || /Socket errors: connect [1-9]/.test(output))
    throw new Error(`wrk did not measure anything:\n${output}`)
  const unit = { us: 0.001, ms: 1, s: 1000 }[tail[2] as 'us' | 'ms' | 's']
  return {
    requests,
    requestsPerSecond,
    p99: Number(tail[1]) * unit,
    refused: Number(/Non-2xx or 3xx responses: (\d+)/.exec(output)?.[1] ?? 0),
  }
}
