/** Pixels between an element and what is placed beside it, and at least to the window's edge. */
const gap = 4

/**
 * Places an element of the top layer below an anchor, or above it if there is no room below, and
 * within the window. Through CSSOM, which the content security policy allows.
 */
export function placeBeside(
  element: HTMLElement,
  { left, top, bottom }: Pick<DOMRect, 'left' | 'top' | 'bottom'>,
): void {
  const { offsetWidth: width, offsetHeight: height } = element
  const below = bottom + gap + height <= innerHeight
  element.style.left = `${Math.max(gap, Math.min(left, innerWidth - width - gap))}px`
  element.style.top = `${below ? bottom + gap : Math.max(gap, top - gap - height)}px`
}

/** The same below an anchor and in line with its right edge, as far as the window allows. */
export function placeBelow(element: HTMLElement, { right, bottom }: Pick<DOMRect, 'right' | 'bottom'>): void {
  const { offsetWidth: width } = element
  element.style.left = `${Math.max(gap, Math.min(right, innerWidth - gap) - width)}px`
  element.style.top = `${bottom + gap}px`
}
