import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { join } from 'node:path'
import { EventEmitter } from './emitter'

interface UtilityOptions { env?: NodeJS.ProcessEnv }

/** A child process with `process.parentPort`, over Node's own channel. */
class StandinUtility extends EventEmitter {
  private readonly child: ChildProcess

  constructor(file: string, given: string[], { env }: UtilityOptions) {
    super()
    this.child = fork(join(import.meta.dirname, 'utility-host.cjs'), [file, ...given], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      execArgv: [],
      env,
    })
    this.child
      .on('message', message => void this.emit('message', message))
      .on('exit', code => void this.emit('exit', code ?? -1))
  }

  postMessage = (message: unknown): void => void this.child.send(message as never)
  kill = (): boolean => this.child.kill('SIGKILL')
}

export const utilityProcess = {
  fork: (file: string, given: string[] = [], options: UtilityOptions = {}): StandinUtility =>
    new StandinUtility(file, given, options),
}
