import type { LarderBridge } from '@shared/ipc'

declare global {
  interface Window {
    /** The preload script of the desktop window exposes it; in a browser it is undefined. */
    readonly larder?: LarderBridge
  }
}

/** The bridge to the desktop shell; undefined in a browser. */
export function findBridge(): LarderBridge | undefined {
  return window.larder
}
