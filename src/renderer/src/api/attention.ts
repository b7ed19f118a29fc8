/**
 * Milliseconds after the last touch of mouse or keyboard for which somebody is taken to be there.
 */
const span = 60_000

/**
 * Whether somebody is at this page. The console reads by itself, once a second and whenever events
 * come: what it asks while nobody is there must not keep a session alive.
 */
export function createAttention(page: Pick<EventTarget, 'addEventListener'>, now: () => number): () => boolean {
  let last = now()
  for (const type of ['pointerdown', 'pointermove', 'wheel', 'keydown'])
    page.addEventListener(type, () => last = now(), { capture: true, passive: true })
  return () => now() - last < span
}
