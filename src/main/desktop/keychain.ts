import process from 'node:process'
import { utilityProcess } from 'electron'
import { harmlessEnvironment } from '../base/harmless-environment'

/** A question to the keychain's process. */
interface KeychainQuestion { method: string, values: string[] }

/**
 * Asks the keychain in a separate process. Electron's binary cannot run as Node (the fuse runAsNode
 * is off), so it is a utility process. `signal` kills it.
 *
 * @param program file that answers one message, `keychain-child.cjs` of the build
 */
export function createKeychainQuestions(
  program: string,
): (question: KeychainQuestion, signal: AbortSignal | undefined) => Promise<string> {
  return (question, signal) => new Promise((resolve, reject) => {
    const env = harmlessEnvironment(process.env)
    const child = utilityProcess.fork(program, [], { serviceName: 'Larder keychain', stdio: 'ignore', env })
    const kill = (): void => void child.kill()
    signal?.addEventListener('abort', kill, { once: true })
    child.once('message', (answer: unknown) => {
      resolve(String(answer))
      kill()
    })
    child.once('exit', () => {
      signal?.removeEventListener('abort', kill)
      reject(new Error('the process that talks to the keychain ended without an answer'))
    })
    child.postMessage(JSON.stringify(question))
  })
}
