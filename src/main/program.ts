import type { Configuration } from './base/configuration'
import type { Larder, LarderOptions } from './larder'
import process from 'node:process'
import { messageOf } from '@shared/errors'
import { version } from '../../package.json'
import { completeWord } from './cli/complete'
import { createProcessIo } from './cli/io'
import { run } from './cli/run'
import { limitHeapGrowth } from './heap-growth'
import { createLarder } from './larder'
import { writeHomeFile } from './storage/home'
import { readPrivateFile } from './storage/private-files'

/**
 * The program that the Node entry starts: the command line, which serves unless it is told to do
 * something else. Resolves with the exit code.
 *
 * @param built paths of the rest of the build, which the entry knows but a chunk of the bundle does
 *   not
 */
export async function main(built: BuiltFiles): Promise<number> {
  const io = createProcessIo({ readPrivateFile, writePrivateFile: writeHomeFile })
  const argv = process.argv.slice(2)
  const code = await run(argv, io, {
    version,
    openLogs: async home => (await import('./storage/log-reader')).openLogs(home),
    serve: configuration => serve(configuration, built),
  })
  // Looking up the name of a host cannot be called off, and a shell waits for this process.
  if (argv[0] === completeWord)
    process.exit(code)
  return code
}

type BuiltFiles = Required<Pick<LarderOptions, 'consoleFolder' | 'writerProgram' | 'codecProgram'>>

/** Starts the server and runs it until a signal comes. Resolves with the exit code. */
async function serve(configuration: Configuration, built: BuiltFiles): Promise<number> {
  // Registered first, so that a signal during the start stops the server just as cleanly.
  const stopped = nextSignal()
  let larder: Larder
  try {
    const tell = (sentence: string): void => void process.stderr.write(`larder: ${sentence}\n`)
    larder = await createLarder({ configuration, version, tell, ...built })
  }
  catch (error) {
    process.stderr.write(`larder: ${messageOf(error)}\n`)
    return 1
  }
  for (const warning of larder.warnings)
    process.stderr.write(`larder: ${warning}\n`)
  // Not to standard output, where programs that wait for the server read and expect one line.
  process.stderr.write(`larder: ${larder.listening}\n`)
  if (larder.redisUrl !== null)
    process.stderr.write(`larder: Redis clients connect to ${larder.redisUrl}; larder url redis adds the key.\n`)
  process.stdout.write(`Larder ready on ${larder.url}\n`)
  if (process.stdout.isTTY)
    await greet(larder)
  // Not in the desktop app, because nobody could test whether its V8 accepts flags at run time.
  const heapGrowth = limitHeapGrowth()
  await stopped
  await heapGrowth.dispose()
  await larder.stop()
  // Without this Node takes its signal handlers away some milliseconds before the process is gone,
  // and the Ctrl-C that npm forwards would kill it in between.
  process.exit(0)
}

/** Prints what only a person at the terminal may see; pipes and log collectors would keep it. */
async function greet(larder: Larder): Promise<void> {
  const principal = larder.authenticator.authenticate(larder.controlToken) ?? null
  const { url } = await larder.handlers['session.code']({}, { principal })
  process.stdout.write(`Console      ${url}   (works once, within 10 minutes; larder console prints another)\n`)
  if (larder.firstKey === null)
    return
  const { secret, kept } = larder.firstKey
  const again = kept ? 'larder key print shows it again' : 'shown only now: it could not be kept'
  process.stdout.write(`API key      ${secret}   (${again})\n`)
}

/**
 * Resolves on the first SIGINT, SIGTERM or SIGHUP. Later ones are ignored: npm forwards the Ctrl-C
 * that the whole terminal group has already received, and the second one must not interrupt the
 * flush.
 */
function nextSignal(): Promise<void> {
  return new Promise((resolve) => {
    process.on('SIGINT', () => resolve())
    process.on('SIGTERM', () => resolve())
    process.on('SIGHUP', () => {
      // The terminal was closed. Nobody reads what is said from now on, and to say it fails.
      process.stdout.on('error', () => {})
      process.stderr.on('error', () => {})
      resolve()
    })
  })
}
