import type { Holding } from '../../../src/renderer/src/views/requests/use-holding'
import { describe, expect, it } from 'vitest'
import { effectScope } from 'vue'
import { useHolding } from '../../../src/renderer/src/views/requests/use-holding'

type Step = (holding: Holding, tick: () => void) => void

const pointer = (type: string, movementX = 0): Step => ({ onPointer }) => onPointer({ type, movementX, movementY: 0 })
const enter = pointer('pointerenter')
const leave = pointer('pointerleave')
const focus = (visible: boolean): Step => ({ onFocus }) => onFocus(visible)
const release: Step = holding => holding.release()
const tick: Step = (_, run) => run()

/** Steps, and whether the rows are held after them. */
const rules: readonly { rule: string, steps: readonly Step[], pointed: boolean }[] = [
  { rule: 'nobody is there', steps: [], pointed: false },
  { rule: 'the pointer rests over the rows', steps: [enter], pointed: true },
  { rule: 'the click after a finger was lifted is still to come', steps: [enter, leave], pointed: true },
  { rule: 'the pointer has left', steps: [enter, leave, tick], pointed: false },
  { rule: 'it left and came back at once', steps: [enter, leave, enter, tick], pointed: true },
  { rule: 'keys brought the focus here', steps: [focus(true)], pointed: true },
  { rule: 'a click brought the focus here', steps: [focus(false)], pointed: false },
  { rule: 'the focus has gone', steps: [focus(true), focus(false)], pointed: false },
  { rule: 'Escape', steps: [enter, release], pointed: false },
  { rule: 'Escape, with the focus here', steps: [focus(true), release], pointed: false },
  { rule: 'after Escape, only the rows moved', steps: [enter, release, pointer('pointermove')], pointed: false },
  { rule: 'after Escape, the pointer moved', steps: [enter, release, pointer('pointermove', 3)], pointed: true },
  { rule: 'after Escape, a press', steps: [enter, release, pointer('pointerdown')], pointed: true },
  { rule: 'after Escape, left and came back', steps: [enter, release, leave, tick, enter], pointed: true },
]

describe('rows of the request log are held', () => {
  it.each(rules)('$rule: $pointed', ({ steps, pointed }) => {
    const waiting = new Set<() => void>()
    const scope = effectScope()
    scope.run(() => {
      const holding = useHolding((run) => {
        waiting.add(run)
        return () => void waiting.delete(run)
      })
      steps.forEach(step => step(holding, () => waiting.forEach(run => run())))
      expect(holding.pointed.value).toBe(pointed)
    })
    scope.stop()
  })
})
