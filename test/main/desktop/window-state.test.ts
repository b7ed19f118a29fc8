import type { WindowBounds } from '../../../src/main/desktop/window-state'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { placeWindow, smallest, usual } from '../../../src/main/desktop/window-state'

const display: WindowBounds = { x: 0, y: 0, width: 1920, height: 1040 }
const second: WindowBounds = { x: 1920, y: -200, width: 1280, height: 1000 }

describe('the place of the window', () => {
  it('is the usual size where nothing is known', () => {
    expect(placeWindow(undefined, [display])).toEqual(usual)
    expect(placeWindow({ x: 1, y: 1, width: 800, height: 600 }, [])).toEqual(usual)
  })

  it('is kept on any display, also partly outside', () => {
    for (const bounds of [
      { x: 10, y: 20, width: 1000, height: 700 },
      { x: 2000, y: -150, width: 900, height: 800 },
      { x: -700, y: 0, width: 900, height: 700 },
    ])
      expect(placeWindow(bounds, [display, second])).toEqual(bounds)
  })

  it('is brought back to the middle of the first display', () => {
    expect(placeWindow(
      { x: 5000, y: 5000, width: 1000, height: 700 },
      [display],
    )).toEqual({ x: 460, y: 170, width: 1000, height: 700 })
  })

  // Red when `shows` of src/main/desktop/window-state.ts leaves out one of its four comparisons, or
  // `placeWindow` a Math.min.
  it('always shows a title bar, never larger than its display', () => {
    const place = fc.record({
      x: fc.integer({ min: -9000, max: 9000 }),
      y: fc.integer({ min: -9000, max: 9000 }),
      width: fc.integer({ min: 1, max: 9000 }),
      height: fc.integer({ min: 1, max: 9000 }),
    })
    fc.assert(fc.property(place, (bounds) => {
      const placed = placeWindow(bounds, [display, second])
      if (!('x' in placed))
        throw new Error('A known place gives a place')
      expect(placed.width).toBeGreaterThanOrEqual(smallest.width)
      expect(placed.width).toBeLessThanOrEqual(display.width)
      expect(placed.height).toBeGreaterThanOrEqual(smallest.height)
      expect(placed.height).toBeLessThanOrEqual(display.height)
      expect([display, second].some(({ x, y, width, height }) =>
        placed.y >= y && placed.y < y + height && placed.x < x + width && placed.x + placed.width > x)).toBe(true)
    }))
  })
})
