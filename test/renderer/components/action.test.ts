import { expect, it } from 'vitest'
import { actionOfKey } from '../../../src/renderer/src/components/action'

function run(): void {}
const actions = [
  { label: 'Open', key: 'Enter', run },
  { label: 'Rename', key: 'r', disabled: true, run },
  { label: 'View', key: 'v', run },
]
const free = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false }

// Red: in src/renderer/src/components/action.ts do not look at the modifiers.
it.each([
  [{ key: 'v' }, 'View'],
  [{ key: 'x' }, undefined],
  [{ key: 'r' }, undefined],
  [{ key: 'v', ctrlKey: true }, undefined],
  [{ key: 'v', metaKey: true }, undefined],
])('%j runs %s', (event, label) => expect(actionOfKey(actions, { ...free, ...event })?.label).toBe(label))
