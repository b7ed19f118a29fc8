import type { EventTopic } from '@shared/events'
import type { EventBatch, LarderBridge, ShellOperationName, WireAnswer } from '@shared/ipc'
import type { OperationName } from '@shared/operations'
import { eventTopics } from '@shared/events'
import { channelOf } from '@shared/ipc'
import { operations } from '@shared/operations'
import { contextBridge, ipcRenderer } from 'electron'

/** Milliseconds to wait after a refusal before asking for events again. */
const pause = 1000
const listeners = new Map<EventTopic, Set<(payload: string) => void>>()
let reading = false

function call(name: OperationName | ShellOperationName): (input?: unknown) => Promise<WireAnswer<never>> {
  const channel = channelOf(name)
  return (input = {}) => ipcRenderer.invoke(channel, input)
}

/**
 * Asks for events as long as anybody listens. The main process keeps events until they are asked
 * for, up to a limit, so that a busy page is never flooded.
 */
async function read(next: () => Promise<WireAnswer<EventBatch>>): Promise<void> {
  reading = true
  while (listeners.size > 0) {
    const answer = await next()
    if (answer.ok)
      answer.value.forEach(([topic, payload]) => listeners.get(topic)?.forEach(listener => listener(payload)))
    else
      await new Promise(resolve => setTimeout(resolve, pause))
  }
  reading = false
}

const bridge: LarderBridge = {
  // TypeScript cannot follow a record that is built row by row; the table gives both the names and
  // the types.
  operations: Object.fromEntries(
    (Object.keys(operations) as OperationName[]).map(name => [name, call(name)]),
  ) as unknown as LarderBridge['operations'],
  shell: {
    state: () => call('shell.state')(),
    diagnostics: () => call('shell.diagnostics')(),
    start: call('shell.start'),
  },
  subscribe(topic, listener) {
    if (typeof topic !== 'string' || !Object.hasOwn(eventTopics, topic) || typeof listener !== 'function')
      throw new TypeError('subscribe wants a topic and a function')
    // A new function each time, because the same listener may be given twice.
    const entry = (payload: string): void => listener(payload)
    const others = listeners.get(topic) ?? new Set()
    listeners.set(topic, others.add(entry))
    if (!reading)
      void read(call('shell.events'))
    return () => {
      others.delete(entry)
      if (others.size === 0 && listeners.get(topic) === others)
        listeners.delete(topic)
    }
  },
}

contextBridge.exposeInMainWorld('larder', bridge)
