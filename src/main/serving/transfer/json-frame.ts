import type { Frame, FrameName } from './frames'
import { messageOf } from '@shared/errors'
import { jsonExcess } from '@shared/json-limits'
import { badFile } from './frames'

/**
 * Parses the JSON of a frame. Nesting and the number of values are looked at before, so that no
 * parser recurses into what somebody has made to break it. Throws LarderError `bad-file`.
 */
export function parseFrame(
  { number, text }: Frame,
  most: { depth: number, elements: number },
  name: FrameName = 'Line',
): unknown {
  const excess = jsonExcess(text, most.depth, most.elements)
  if (excess !== undefined)
    throw badFile(name, number, excess === 'depth' ? 'is nested too deeply' : 'has too many values')
  try {
    return JSON.parse(text) as unknown
  }
  catch (error) {
    throw badFile(name, number, `must be JSON: ${messageOf(error)}`)
  }
}
