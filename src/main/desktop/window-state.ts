import { z } from 'zod'

const Bounds = z.strictObject({ x: z.int(), y: z.int(), width: z.int().positive(), height: z.int().positive() })
export const windowStateSchema = z.strictObject({ bounds: Bounds, maximized: z.boolean() })

export type WindowBounds = z.output<typeof Bounds>
export type WindowState = z.output<typeof windowStateSchema>

export const smallest = { width: 640, height: 480 }
export const usual = { width: 1180, height: 760 }

/** Pixels of a title bar that must be on a display, so that the window can be found and moved. */
const grip = { width: 120, height: 32 }

/**
 * Finds the place for a window that was last at `bounds`: there, if one of the displays still shows
 * its title bar, otherwise in the middle of the first display. Never larger than the display.
 *
 * @param displays work areas, the primary display's first
 */
export function placeWindow(
  bounds: WindowBounds | undefined,
  displays: readonly WindowBounds[],
): WindowBounds | typeof usual {
  const home = displays.find(display => bounds && shows(display, bounds)) ?? displays[0]
  if (!bounds || !home)
    return usual
  const width = Math.max(smallest.width, Math.min(bounds.width, home.width))
  const height = Math.max(smallest.height, Math.min(bounds.height, home.height))
  // Check again: a window that reached onto this display may no longer do so at its smaller size.
  const placed = { x: bounds.x, y: bounds.y, width, height }
  if (shows(home, placed))
    return placed
  return {
    x: home.x + Math.round((home.width - width) / 2),
    y: home.y + Math.round((home.height - height) / 2),
    width,
    height,
  }
}

function shows(display: WindowBounds, bounds: WindowBounds): boolean {
  const across = Math.min(display.x + display.width, bounds.x + bounds.width) - Math.max(display.x, bounds.x)
  return across >= grip.width && bounds.y >= display.y && bounds.y <= display.y + display.height - grip.height
}
