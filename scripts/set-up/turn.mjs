import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { root } from '../lib/node.mjs'

// In out/ rather than node_modules/, because `npm ci` empties that.
const file = join(root, 'out/.set-up.lock')
const me = JSON.stringify({ pid: process.pid, host: hostname() })

const beatEvery = 2_000
/**
 * Milliseconds without a sign of life after which the holder counts as dead, even if its process
 * cannot be seen from here.
 */
const deadAfter = 30_000
/** Longer than two processes need from reading a dead holder's file to replacing it. */
const settleFor = 250

/**
 * Runs `act` while no other set-up of this folder runs.
 *
 * The lock is a file that its holder touches every two seconds. The lock of a dead holder is
 * replaced, not removed: if several processes replace it at once, the last one wins, and all of
 * them check after a moment who that was.
 *
 * @template T
 * @param {() => Promise<T>} act
 * @param {(holder: string) => void} onWait Called once if another set-up is running.
 * @returns {Promise<T>} What `act` returns.
 */
export async function inTurn(act, onWait) {
  mkdirSync(dirname(file), { recursive: true })
  let waited = false
  while (!await take()) {
    if (!waited)
      onWait(nameOf(read()?.text))
    waited = true
    await sleep(200)
  }

  const beat = setInterval(() => {
    if (read()?.text === me)
      utimesSync(file, new Date(), new Date())
  }, beatEvery)
  try {
    return await act()
  }
  finally {
    clearInterval(beat)
    if (read()?.text === me)
      rmSync(file, { force: true })
  }
}

/** Who holds the lock, in words. */
function nameOf(text) {
  try {
    const { pid, host } = JSON.parse(text)
    return host === hostname() ? `process ${pid}` : `process ${pid} of ${host}`
  }
  catch {
    // Somebody else wrote it, or it has just been released.
    return 'another process'
  }
}

async function take() {
  try {
    writeFileSync(file, me, { flag: 'wx' })
    return true
  }
  catch (error) {
    if (error.code !== 'EEXIST')
      throw error
  }
  const holder = read()
  if (!holder || isAlive(holder))
    return false

  const mine = `${file}.${process.pid}`
  writeFileSync(mine, me)
  renameSync(mine, file)
  await sleep(settleFor)
  return read()?.text === me
}

/** The lock at the moment; undefined if it has just been released. */
function read() {
  try {
    return { text: readFileSync(file, 'utf8'), touched: statSync(file).mtimeMs }
  }
  catch (error) {
    if (error.code === 'ENOENT')
      return undefined
    throw error
  }
}

function isAlive({ text, touched }) {
  if (Date.now() - touched > deadAfter)
    return false
  try {
    const { pid, host } = JSON.parse(text)
    if (host === hostname())
      process.kill(pid, 0)
    return true
  }
  catch (error) {
    // Half-written (created a moment ago), or the process of another user: in both cases it lives.
    return error instanceof SyntaxError || error.code === 'EPERM'
  }
}
