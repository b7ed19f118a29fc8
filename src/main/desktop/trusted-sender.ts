import type { IpcMainInvokeEvent } from 'electron'
import { appOrigin } from '@shared/ipc'

/**
 * Whether a message comes from our own page: the top frame of a window, at exactly our origin
 * (Electron security checklist, item 17). The frame is null if it navigated or was destroyed after
 * sending, and throws on every access while it is being destroyed.
 */
export function isTrustedSender({ senderFrame }: Pick<IpcMainInvokeEvent, 'senderFrame'>): boolean {
  try {
    return senderFrame?.parent === null && senderFrame.origin === appOrigin
  }
  catch {
    return false
  }
}
