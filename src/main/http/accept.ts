import { essenceOf } from '@shared/formats'

/** How much a client wants a media type, from 0 (not at all) to 1 (RFC 9110 §12.4.2). */
interface Wish { range: string, quality: number }

/**
 * Whether Accept asks for nothing in particular, or names exactly this type: then there is nothing
 * to decide, as for nearly every read.
 */
export function takesAsIs(accept: string, contentType: string): boolean {
  return accept === '*/*' || accept === contentType
}

/**
 * The place of the type that a client wants most among those that it can have, the first one among
 * equals (RFC 9110 §12.5.1); undefined if it takes none of them. Parameters of media types count
 * for nothing, and what is malformed is ignored.
 */
export function chooseType(accept: string, offers: readonly string[]): number | undefined {
  const wishes = accept.split(',').flatMap(readWish)
  if (wishes.length === 0)
    return 0
  let best = 0
  let chosen: number | undefined
  for (const [index, offer] of offers.entries()) {
    const quality = qualityOf(wishes, essenceOf(offer))
    if (quality > best) {
      best = quality
      chosen = index
    }
  }
  return chosen
}

function readWish(text: string): Wish[] {
  const [range = '', ...parameters] = text.split(';').map(part => part.trim().toLowerCase())
  const weight = parameters.find(parameter => /^q\s*=/.test(parameter))?.split('=')[1]?.trim()
  const quality = weight === undefined ? 1 : Number(weight)
  return /^[^\s/]+\/[^\s/]+$/.test(range) && quality >= 0 && quality <= 1 ? [{ range, quality }] : []
}

/** What the most exact range says about a type. */
function qualityOf(wishes: readonly Wish[], essence: string): number {
  const [main = ''] = essence.split('/', 1)
  for (const range of [essence, `${main}/*`, '*/*']) {
    const matching = wishes.filter(wish => wish.range === range)
    if (matching.length > 0)
      return Math.max(...matching.map(({ quality }) => quality))
  }
  return 0
}
