import { EventEmitter } from 'node:events'

/**
 * The commands of Chromium's DevTools protocol that the stand-in sends, with their parameters and
 * results.
 */
interface Commands {
  'Emulation.setDeviceMetricsOverride': [params: {
    width: number
    height: number
    screenWidth: number
    screenHeight: number
    deviceScaleFactor: number
    mobile: boolean
  }, result: object]
  'Fetch.continueRequest': [params: { requestId: string }, result: object]
  'Fetch.enable': [params: { patterns: { urlPattern: string, resourceType: 'Document' }[] }, result: object]
  'Fetch.failRequest': [params: { requestId: string, errorReason: 'Aborted' }, result: object]
  'Page.addScriptToEvaluateOnNewDocument': [params: { source: string }, result: object]
  'Page.crash': [params: object, result: object]
  'Page.enable': [params: object, result: object]
  'Page.navigate': [params: { url: string }, result: { loaderId?: string, errorText?: string }]
  'Page.reload': [params: object, result: object]
  'Runtime.addBinding': [params: { name: string }, result: object]
  'Runtime.enable': [params: object, result: object]
  'Runtime.evaluate': [params: { contextId: number, expression: string }, result: object]
  'Target.attachToTarget': [params: { targetId: string, flatten: true }, result: { sessionId: string }]
  'Target.closeTarget': [params: { targetId: string }, result: object]
  'Target.createTarget': [params: { url: string }, result: { targetId: string }]
}

/** The events that the stand-in listens to. */
interface Events {
  'Fetch.requestPaused': { requestId: string, frameId: string, request: { url: string } }
  'Inspector.targetCrashed': object
  'Page.domContentEventFired': object
  'Page.frameNavigated': { frame: { id: string, parentId?: string, loaderId: string, url: string } }
  'Page.frameRequestedNavigation': { frameId: string, url: string }
  'Page.loadEventFired': object
  'Page.navigatedWithinDocument': { frameId: string, url: string }
  'Runtime.bindingCalled': { name: string, payload: string, executionContextId: number }
  'Runtime.executionContextCreated': { context: { id: number, auxData?: { frameId?: string } } }
  'Runtime.executionContextDestroyed': { executionContextId: number }
}

type Send = <M extends keyof Commands>(method: M, params: Commands[M][0]) => Promise<Commands[M][1]>

/** One target as seen by one client. */
export interface CdpSession {
  send: Send
  events: EventEmitter<{ [E in keyof Events]: [Events[E]] }>
  /** Resolves when the target is closed or the connection is lost. */
  ended: Promise<void>
}

export interface CdpConnection {
  /** Sends a command to the browser itself. */
  send: Send
  attach: (targetId: string) => Promise<CdpSession>
}

interface Message {
  id?: number
  sessionId?: string
  method?: string
  params?: object
  result?: object
  error?: { message: string }
}
interface Call {
  method: string
  sessionId: string | undefined
  resolve: (result: never) => void
  reject: (error: Error) => void
}

/**
 * Connects to a Chromium. Every started app does so, so this implements only the protocol over
 * Node's WebSocket: loading and starting a library would take longer than the app's own start.
 */
export async function connectCdp(address: string): Promise<CdpConnection> {
  const socket = new WebSocket(address)
  const calls = new Map<number, Call>()
  const sessions = new Map<string, CdpSession & { end: () => void }>()
  let lastId = 0

  const sender = (sessionId?: string): Send => (method, params) => new Promise((resolve, reject) => {
    if (socket.readyState !== WebSocket.OPEN || (sessionId !== undefined && !sessions.has(sessionId)))
      return reject(new Error(`${method}: the ${sessionId === undefined ? 'browser' : 'page'} is gone`))
    calls.set(++lastId, { method, sessionId, resolve, reject })
    socket.send(JSON.stringify({ id: lastId, method, params, sessionId }))
  })

  function answered(id: number, { result, error }: Message): void {
    const call = calls.get(id)
    calls.delete(id)
    if (error)
      call?.reject(new Error(`${call.method}: ${error.message}`))
    else
      call?.resolve(result as never)
  }

  /** Ends pending calls to a page that is gone, because Chromium does not answer them. */
  function forget(sessionId?: string): void {
    for (const [id, call] of calls) {
      if (sessionId === undefined || call.sessionId === sessionId)
        answered(id, { error: { message: `the ${sessionId === undefined ? 'browser' : 'page'} is gone` } })
    }
    for (const [id, session] of sessions) {
      if (sessionId === undefined || id === sessionId) {
        sessions.delete(id)
        session.end()
      }
    }
  }

  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data)) as Message
    if (message.id !== undefined)
      return answered(message.id, message)
    // Comes before the answer to `attach`, and in the same turn as the first events of the session.
    const target = message.params as { sessionId: string }
    if (message.method === 'Target.attachedToTarget') {
      const { promise: ended, resolve: end } = Promise.withResolvers<void>()
      sessions.set(target.sessionId, { send: sender(target.sessionId), events: new EventEmitter(), ended, end })
    }
    else if (message.method === 'Target.detachedFromTarget') {
      forget(target.sessionId)
    }
    else if (message.sessionId !== undefined) {
      sessions
        .get(message.sessionId)?.events
        .emit(message.method as 'Page.frameNavigated', message.params as Events['Page.frameNavigated'])
    }
  })
  const { promise: opened, resolve, reject } = Promise.withResolvers<void>()
  socket.addEventListener('open', () => resolve())
  socket.addEventListener('error', () => reject(new Error(`No DevTools at ${address}`)))
  socket.addEventListener('close', () => forget())
  await opened

  const send = sender()
  return {
    send,
    async attach(targetId) {
      const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true })
      const session = sessions.get(sessionId)
      if (!session)
        throw new Error(`Target.attachToTarget: ${targetId} is gone`)
      return session
    },
  }
}
