import { createCodec } from './clone'

/** Name of the binding for the page script, which removes it at once so that no page sees it. */
export const bindingName = 'standinSend'

export interface PageMessage { id: number, kind: 'invoke' | 'open', channel: string, payload: string }

/** Returns the expression that Node evaluates in the page to answer message `id`. */
export function answerExpression(id: number, ok: boolean, payload: string): string {
  return `globalThis[Symbol.for('larder.standin')]?.(${id}, ${ok}, ${JSON.stringify(payload)})`
}

/**
 * Returns the script that runs in every document before its own scripts: the preload script with
 * its `require('electron')`, only in the top frame, as in Electron.
 */
export function pageScript(preload: string): string {
  return `(${setUpPage.toString()})(${JSON.stringify(bindingName)}, (${createCodec.toString()})(), (require, module, exports) => {\n${preload}\n})`
}

interface PageGlobal {
  [name: string]: unknown
  top: unknown
  location: { href: string }
  document: {
    addEventListener: (
      name: string,
      listener: (
        event: {
          target: { closest?: (selector: string) => { target: string, href: string } | null }
          preventDefault: () => void
        },
      ) => void,
      capture: boolean,
    ) => void
  }
}

/** Runs in the page, so it uses no outer names. */
function setUpPage(
  binding: string,
  codec: ReturnType<typeof createCodec>,
  preload: (require: (name: string) => unknown, module: object, exports: object) => void,
): void {
  const page = globalThis as unknown as PageGlobal
  const send = page[binding] as (message: string) => void
  delete page[binding]
  if (page.top !== page || page.location.href === 'about:blank')
    return

  const pending = new Map<number, { resolve: (value: unknown) => void, reject: (error: Error) => void }>()
  let lastId = 0
  function post(kind: string, channel: string, payload: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      pending.set(++lastId, { resolve, reject })
      send(JSON.stringify({ id: lastId, kind, channel, payload }))
    })
  }
  Object.defineProperty(page, Symbol.for('larder.standin'), {
    value(id: number, ok: boolean, payload: string) {
      const call = pending.get(id)
      pending.delete(id)
      if (ok)
        call?.resolve(codec.decode(payload))
      else
        call?.reject(new Error(payload))
    },
  })

  // Everything that would open a window asks the shell first. In Electron, the answer is there
  // before the page continues.
  const open = (url: unknown): null => {
    void post('open', '', String(new URL(String(url), page.location.href)))
    return null
  }
  page.open = open
  page.document.addEventListener('click', (event) => {
    const link = event.target.closest?.('a[target]')
    if (!link || link.target === '_self' || link.target === '')
      return
    event.preventDefault()
    open(link.href)
  }, true)

  /**
   * Works like the context bridge: functions become proxies, and everything else is copied and
   * frozen.
   */
  function bridged(value: unknown, depth = 0): unknown {
    if (depth > 1000) {
      throw new TypeError(
        'Electron contextBridge recursion depth exceeded.  Nested objects deeper than 1000 are not supported.',
      )
    }
    if (typeof value === 'function') {
      return (...given: unknown[]) =>
        handBack((value as (...given: unknown[]) => unknown)(...given.map(item => bridged(item))))
    }
    if (typeof value === 'symbol')
      throw new TypeError('A symbol cannot cross the context bridge')
    if (typeof value !== 'object' || value === null)
      return value
    if (Array.isArray(value))
      return Object.freeze(value.map(inner => bridged(inner, depth + 1)))
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype !== Object.prototype && prototype !== null)
      return structuredClone(value)
    return Object.freeze(Object.fromEntries(Object.entries(value)
      .map(([name, inner]) => [name, bridged(inner, depth + 1)])))
  }
  const handBack = (result: unknown): unknown =>
    result instanceof Promise ? result.then(value => bridged(value)) : bridged(result)

  const missing = (name: string, target: object): unknown => new Proxy(target, {
    get(object, key) {
      if (key in object)
        return Reflect.get(object, key) as unknown
      throw new Error(`The stand-in for Electron has no ${name}.${String(key)}`)
    },
  })
  const electron = missing('electron', {
    contextBridge: missing('contextBridge', {
      exposeInMainWorld: (name: string, api: unknown) =>
        Object.defineProperty(page, name, { value: bridged(api), enumerable: true }),
    }),
    ipcRenderer: missing('ipcRenderer', {
      async invoke(channel: string, ...given: unknown[]) {
        let copies: unknown
        try {
          copies = structuredClone(given)
        }
        catch {
          throw new Error('An object could not be cloned.')
        }
        return await post('invoke', channel, codec.encode(copies))
      },
    }),
  })
  preload((name) => {
    if (name === 'electron')
      return electron
    throw new Error(`module not found: ${name}`)
  }, { exports: {} }, {})
}
