import { spawn } from 'node:child_process'
import process from 'node:process'
import { text } from 'node:stream/consumers'
import { harmlessEnvironment } from '../base/harmless-environment'
import childSource from './keychain-child.cjs?raw'

/**
 * The part of keytar that is used. `signal` ends a call that takes too long, if the implementation
 * is able to do that.
 */
export interface Keytar {
  getPassword: (service: string, account: string, signal?: AbortSignal) => Promise<string | null>
  setPassword: (service: string, account: string, secret: string, signal?: AbortSignal) => Promise<void>
  deletePassword: (service: string, account: string, signal?: AbortSignal) => Promise<boolean>
}

/** One call of keytar, in the form that the child process reads. */
export interface KeychainQuestion { method: keyof Keytar, values: string[] }
/**
 * Makes one call in a separate process and resolves with the JSON of the answer. `signal` kills the
 * process.
 */
export type KeychainQuestions = (question: KeychainQuestion, signal: AbortSignal | undefined) => Promise<string>

interface Answer { value?: unknown, error?: string, code?: string }

/**
 * keytar, an optional dependency, which is looked up from `folder` upwards. If it is not installed,
 * the calls throw an Error that says so.
 *
 * Every call runs in a short-lived process. keytar calls libsecret synchronously on a thread of
 * Node's pool, and a locked keyring that asks for a password, or a bus that does not answer, blocks
 * that thread: in a measurement, `process.exit` then waited 25 s for it. A process can be killed.
 * It costs about 70 ms per call, and keys are only created and revealed by hand.
 */
export async function loadKeytar(folder: string = import.meta.dirname): Promise<Keytar> {
  // Electron's binary cannot run as Node (the fuse runAsNode is off): spawning it would start a
  // second Larder.
  if (process.versions.electron !== undefined)
    throw new Error('Electron has to bring its own way to call keytar')
  return createKeytar((question, signal) => askNode(folder, question, signal))
}

/** keytar in processes that the caller starts. */
export function createKeytar(questions: KeychainQuestions): Keytar {
  async function ask(method: keyof Keytar, values: string[], signal: AbortSignal | undefined): Promise<unknown> {
    const { value, error, code } = parseAnswer(await questions({ method, values }, signal))
    // Also if only its native part is missing because nothing has compiled it.
    if (code === 'MODULE_NOT_FOUND')
      throw new Error('the module keytar is not installed or not built')
    if (error !== undefined)
      throw new Error(error)
    return value
  }
  return {
    getPassword: async (service, account, signal) =>
      await ask('getPassword', [service, account], signal) as string | null,
    setPassword: async (service, account, secret, signal) =>
      void await ask('setPassword', [service, account, secret], signal),
    deletePassword: async (service, account, signal) =>
      await ask('deletePassword', [service, account], signal) as boolean,
  }
}

/**
 * Sends the secret through a pipe, because others can see the arguments and the environment of a
 * process.
 */
async function askNode(folder: string, question: KeychainQuestion, signal: AbortSignal | undefined): Promise<string> {
  const child = spawn(process.execPath, ['--input-type=commonjs', '--eval', childSource], {
    cwd: folder,
    env: harmlessEnvironment(process.env),
    stdio: ['pipe', 'pipe', 'ignore'],
    signal,
    killSignal: 'SIGKILL',
    windowsHide: true,
  })
  const ended = new Promise<void>((resolve, reject) => child.once('error', reject).once('close', () => resolve()))
  // Stays open, because its end tells the child that Larder has ended. If the child is gone,
  // writing fails, but the missing answer shows that too.
  child.stdin.on('error', () => {}).write(`${JSON.stringify(question)}\n`)
  const [output] = await Promise.all([text(child.stdout), ended])
  return output
}

function parseAnswer(output: string): Answer {
  try {
    return JSON.parse(output) as Answer
  }
  catch {
    // The output was cut off. The parser's own message would quote it, and it may contain a secret.
    throw new Error('the process that talks to the keychain ended without an answer')
  }
}
