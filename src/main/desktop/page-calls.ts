import type { ShellOperationName, ShellOutput, ShellParsed } from '@shared/ipc'
import type { OperationName, OperationSpec } from '@shared/operations'
import type { WebContents } from 'electron'
import type { Disposable } from '../base/disposable'
import type { Logger } from '../base/logger'
import type { EventReader } from './event-reader'
import type { ServerKeeper } from './server-keeper'
import { LarderError } from '@shared/errors'
import { channelOf, shellOperations } from '@shared/ipc'
import { operations } from '@shared/operations'
import { parseInput } from '@shared/validation'
import { createDisposableStack } from '../base/disposable'
import { createEventReader } from './event-reader'
import { handle } from './ipc'

interface PageCalls extends Disposable {
  /** Tells every page to read its state again. */
  refresh: () => void
}

interface PageCallsOptions {
  keeper: ServerKeeper
  /** Saves the port for later starts. */
  rememberPort: (port: number) => void
  /** A text for a report while no server runs. */
  report: () => Promise<string>
  logger: Logger
}

type ShellAnswers = { [N in ShellOperationName]: (input: ShellParsed<N>, page: WebContents) => Promise<ShellOutput<N>> }

/**
 * The calls that the page may make: one channel for each operation of the table, run as the owner,
 * and the shell's own.
 */
export function answerPageCalls({ keeper, rememberPort, report, logger }: PageCallsOptions): PageCalls {
  const channels = createDisposableStack()
  const readers = new Map<WebContents, EventReader>()

  const answers: ShellAnswers = {
    'shell.state': () => keeper.settled(),
    'shell.start': async ({ port, remember }) => {
      const state = await keeper.start(port)
      if (state.phase === 'serving' && remember && port !== undefined)
        rememberPort(port)
      return state
    },
    'shell.diagnostics': async () => ({ text: await report() }),
    'shell.events': (_, page) => readerOf(page).next(),
  }

  for (const name of Object.keys(operations) as OperationName[]) {
    const { bodyLimit }: OperationSpec = operations[name]
    channels.use(handle(channelOf(name), input => keeper.call(name, input as never), logger, bodyLimit))
  }
  for (const name of Object.keys(shellOperations) as ShellOperationName[]) {
    channels.use(handle(
      channelOf(name),
      (input, page) => answers[name](parseInput(shellOperations[name].input, input) as never, page),
      logger,
    ))
  }

  /** One reader per page, until the page shows another document or is gone. */
  function readerOf(page: WebContents): EventReader {
    const known = readers.get(page)
    if (known)
      return known
    const server = keeper.running()
    if (!server)
      throw new LarderError('not-ready', 'The server is not running.')
    const reader = createEventReader({ hub: server.hub, sees: keeper.sees })
    readers.set(page, reader)
    const end = (): void => forget(page, reader)
    page.once('did-navigate', end)
    page.once('render-process-gone', end)
    page.once('destroyed', end)
    return reader
  }

  function forget(page: WebContents, reader: EventReader): void {
    void reader.dispose()
    if (readers.get(page) === reader)
      readers.delete(page)
  }

  // A new server has a new hub.
  keeper.onChange(() => readers.forEach((reader, page) => forget(page, reader)))

  return {
    refresh: () => readers.forEach(reader => reader.refresh()),
    async dispose() {
      readers.forEach((reader, page) => forget(page, reader))
      await channels.dispose()
    },
  }
}
