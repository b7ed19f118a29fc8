import { EventEmitter } from 'node:events'

/** An event whose default a listener may prevent, as in Electron. */
interface Preventable {
  preventDefault: () => void
  readonly defaultPrevented: boolean
}

export function preventable<T extends object>(fields: T): T & Preventable {
  let prevented = false
  return Object.defineProperties(fields, {
    preventDefault: { value: () => prevented = true },
    defaultPrevented: { get: () => prevented },
  }) as T & Preventable
}

export { EventEmitter }
