import type { Server } from 'node:net'
import type { Disposable } from '../base/disposable'
import type { Listening } from '../base/listen'
import type { Timer } from '../base/timer'

/** A port that is open or closed as somebody wants. */
interface ReopenedPort {
  /** Null while it is closed. */
  listening: () => Listening<Server> | null
  /** Throws ListenError, and does not try again. */
  openNow: () => Promise<Listening<Server>>
  /** Opens or closes it soon. What cannot be opened is tried again until it is wanted no more. */
  want: (isOpen: boolean) => void
  /** Closes it for good. Resolves when its last connection has ended. */
  close: () => Promise<unknown>
}

interface ReopenedPortParts {
  open: () => Promise<Listening<Server>>
  failed: (error: unknown) => void
  timer: Timer
}

/** Milliseconds between two tries to open it. */
const retryAfter = 2000

export function createReopenedPort({ open, failed, timer }: ReopenedPortParts): ReopenedPort {
  let listening: Listening<Server> | null = null
  let isWanted = true
  let isOver = false
  let work: Promise<void> = Promise.resolve()
  let waiting: Disposable | undefined

  async function shut(): Promise<void> {
    const servers = listening?.servers ?? []
    listening = null
    await Promise.all(servers.map(server => new Promise<void>(resolve => server.close(() => resolve()))))
  }

  async function settle(): Promise<void> {
    void waiting?.dispose()
    if (!isWanted || isOver)
      return shut()
    if (listening !== null)
      return
    try {
      listening = await open()
    }
    catch (error) {
      failed(error)
      waiting = timer.after(retryAfter, () => later())
    }
  }

  /** One step after the other. */
  function later(): void {
    work = work.then(settle)
  }

  return {
    listening: () => listening,
    async openNow() {
      listening = await open()
      return listening
    },
    want(isOpen) {
      if (isOpen === isWanted)
        return
      isWanted = isOpen
      later()
    },
    close() {
      isOver = true
      later()
      return work
    },
  }
}
