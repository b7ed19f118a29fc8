import type { KeychainQuestion, KeychainQuestions } from '../../src/main/vault/keychain-process'
import type { ProgramCheck } from './programs'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { requireProgram } from './programs'

interface SessionBus {
  /** The value of DBUS_SESSION_BUS_ADDRESS for this bus. */
  address: string
  /** Locks the keyring while it is in use. */
  lock: () => void
  stop: () => Promise<void>
}

/** Returns the first missing program, or the last one if all were found. */
export function requireKeyring(): ProgramCheck {
  const programs = [
    requireProgram('dbus-run-session', 'dbus'),
    requireProgram('dbus-send', 'dbus'),
    requireProgram('gnome-keyring-daemon', 'gnome-keyring'),
  ]
  return programs.find(program => !program.available) ?? programs[0]!
}

/**
 * Starts a session bus with a real GNOME keyring, whose files are in `folder`. With `unlocked`, the
 * keyring is created if it does not exist.
 */
export function startKeyring(folder: string, state: 'locked' | 'unlocked'): Promise<SessionBus> {
  const start = state === 'unlocked'
    ? 'printf password | gnome-keyring-daemon --unlock --components=secrets'
    : 'gnome-keyring-daemon --start --components=secrets'
  // Waits for a first answer, because a busy machine may start it more slowly than the vault waits.
  return startBus(
    folder,
    `{ ${start}; dbus-send --session --print-reply --dest=org.freedesktop.secrets /org/freedesktop/secrets org.freedesktop.Secret.Service.ReadAlias string:default; } >&2`,
  )
}

/**
 * Starts the real keytar on that bus in one process for many calls, because a process for each call
 * would take most of the time of a test.
 */
export function startKeytar(address: string): { questions: KeychainQuestions, stop: () => Promise<void> } {
  const program = `process.on('message', async ({ method, values }) => process.send(JSON.stringify({ value: await require('keytar')[method](...values) })))`
  const child = spawn(process.execPath, ['--input-type=commonjs', '--eval', program], {
    cwd: import.meta.dirname,
    env: { ...process.env, DBUS_SESSION_BUS_ADDRESS: address },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const ended = once(child, 'exit')
  async function ask(question: KeychainQuestion): Promise<string> {
    child.send(question)
    const [answer] = await Promise.race([once(child, 'message'), ended]) as [unknown]
    if (typeof answer !== 'string')
      throw new TypeError('The process with keytar has ended')
    return answer
  }
  let turn: Promise<unknown> = Promise.resolve()
  return {
    // One question at a time, so that each answer belongs to its question.
    questions(question) {
      const answer = turn.then(() => ask(question))
      turn = answer
      return answer
    },
    async stop() {
      child.disconnect()
      await ended
    },
  }
}

/**
 * Starts a session bus whose keyring service never finishes starting or answers, like one that
 * prompts for a password.
 */
export function startStuckKeyring(folder: string): Promise<SessionBus> {
  return startBus(folder, ':', '/bin/sleep 60')
}

async function startBus(folder: string, command: string, service = '/bin/false'): Promise<SessionBus> {
  const data = join(folder, 'share')
  mkdirSync(join(data, 'dbus-1/services'), { recursive: true })
  execFileSync(
    'tee',
    [join(data, 'dbus-1/services/org.freedesktop.secrets.service')],
    { input: `[D-BUS Service]\nName=org.freedesktop.secrets\nExec=${service}\n` },
  )
  const { DISPLAY: _, WAYLAND_DISPLAY: __, ...inherited } = process.env
  const env = { ...inherited, HOME: folder, XDG_DATA_HOME: data, XDG_RUNTIME_DIR: folder }
  // Lives as long as its standard input is open, and thus no longer than the test.
  const session = spawn(
    'dbus-run-session',
    ['--', 'sh', '-c', `${command}; echo "$DBUS_SESSION_BUS_ADDRESS"; cat > /dev/null`],
    { env, stdio: ['pipe', 'pipe', 'ignore'] },
  )
  const [address] = await once(createInterface({ input: session.stdout }), 'line') as [string]
  return {
    address,
    lock() {
      execFileSync(
        'dbus-send',
        [
          '--session',
          '--print-reply',
          '--dest=org.freedesktop.secrets',
          '/org/freedesktop/secrets',
          'org.freedesktop.Secret.Service.Lock',
          'array:objpath:/org/freedesktop/secrets/collection/login',
        ],
        { env: { ...env, DBUS_SESSION_BUS_ADDRESS: address }, stdio: 'ignore' },
      )
    },
    async stop() {
      session.stdin.end()
      await once(session, 'exit')
    },
  }
}
