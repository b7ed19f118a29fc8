import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import process from 'node:process'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']

/**
 * Runs a program to its end. Forwards signals to it, and reports how it ended, because npm only
 * signals the process that it started itself.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions & { onOutput?: (text: Buffer) => void,
 *   onStart?: (child: { pid: number }) => void }} [options] `onOutput` gets the program's output;
 *   without it, `stdio` decides where the output goes. `onStart` gets the process as soon as it
 *   exists.
 * @returns {Promise<number>} Exit code; 128 + n if signal n ended it.
 * @throws {Error} If the program cannot be started.
 */
export function run(program, args, { onOutput, onStart, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: onOutput ? ['ignore', 'pipe', 'pipe'] : 'inherit', ...options })
    child.stdout?.on('data', onOutput)
    child.stderr?.on('data', onOutput)
    if (onStart)
      child.once('spawn', () => onStart(child))

    const forward = signal => child.kill(signal)
    for (const signal of signals)
      process.on(signal, forward)
    const settle = (act) => {
      for (const signal of signals)
        process.off(signal, forward)
      act()
    }
    child.once('error', error => settle(() => reject(error)))
    child.once('close', (code, signal) => settle(() => resolve(code ?? 128 + constants.signals[signal])))
  })
}
