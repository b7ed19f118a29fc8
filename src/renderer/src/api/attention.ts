/** Milliseconds after the last mouse or keyboard input for which somebody counts as present. */
const span = 60_000

/**
 * Returns whether somebody is using this page. The console also reads on its own, once a second and
 * whenever events arrive, and these requests must not keep a session alive while nobody is there.
 */
export function createAttention(page: Pick<EventTarget, 'addEventListener'>, now: () => number): () => boolean {
  let last = now()
  for (const type of ['pointerdown', 'pointermove', 'wheel', 'keydown'])
    page.addEventListener(type, () => last = now(), { capture: true, passive: true })
  return () => now() - last < span
}
