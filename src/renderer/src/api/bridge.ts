import type { LarderBridge } from '@shared/ipc'

declare global {
  interface Window {
    /** Exposed by the preload script of the desktop window; a browser has none. */
    readonly larder?: LarderBridge
  }
}

/** The bridge to the desktop shell; undefined in a browser. */
export function findBridge(): LarderBridge | undefined {
  return window.larder
}
