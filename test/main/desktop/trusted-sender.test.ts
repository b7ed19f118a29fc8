import type { WebFrameMain } from 'electron'
import { expect, it } from 'vitest'
import { isTrustedSender } from '../../../src/main/desktop/trusted-sender'

const frame = (fields: object): { senderFrame: WebFrameMain } => ({ senderFrame: fields as WebFrameMain })

// S24. Red when one of the two conditions of src/main/desktop/trusted-sender.ts is left out, or
// when `===` becomes startsWith.
it('trusts the top frame of our origin, and nobody else', () => {
  expect(isTrustedSender(frame({ parent: null, origin: 'app://larder' }))).toBe(true)
  expect(isTrustedSender({ senderFrame: null })).toBe(false)
  expect(isTrustedSender(frame({ parent: {}, origin: 'app://larder' }))).toBe(false)
  for (const origin of ['app://larder.evil', 'app://larder:80', 'app://', 'null', '', 'https://larder', 'APP://LARDER'])
    expect(isTrustedSender(frame({ parent: null, origin })), origin).toBe(false)
  // Electron throws on every access to a frame that is being disposed of.
  expect(isTrustedSender(frame({
    get parent(): never {
      throw new Error('Render frame was disposed before WebFrameMain could be accessed')
    },
  }))).toBe(false)
})
