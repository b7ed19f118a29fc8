import { createCodec } from './clone'

/** A frame in the form of `senderFrame`. */
export interface Frame { url: string, origin: string, parent: Frame | null }
interface Call { sender: unknown, senderFrame: Frame | null }
type Handler = (event: Call, ...given: unknown[]) => unknown

const handlers = new Map<string, Handler>()
const codec = createCodec()

export const ipcMain = {
  handle(channel: string, handler: Handler) {
    if (handlers.has(channel))
      throw new Error(`Attempted to register a second handler for '${channel}'`)
    handlers.set(channel, handler)
  },
  removeHandler: (channel: string) => void handlers.delete(channel),
}

/**
 * Passes a message to its handler. The result is structured-cloned, so the call fails if it cannot
 * be cloned.
 */
export async function dispatch(channel: string, call: Call, given: unknown[]): Promise<unknown> {
  const handler = handlers.get(channel)
  if (!handler)
    throw new Error(`No handler registered for '${channel}'`)
  return structuredClone(await handler(call, ...given))
}

export async function dispatchText(channel: string, call: Call, payload: string): Promise<string> {
  return codec.encode(await dispatch(channel, call, codec.decode(payload) as unknown[]))
}
