import type { ObjectDirective } from 'vue'

/** Rows that may show their change within this many milliseconds: more would be a flicker. */
const most = 5
const span = 1000

/** Lets the first `most` calls within any `span` milliseconds through; `now` is such a time. */
export function createThrottle(): (now: number) => boolean {
  let times: number[] = []
  return (now) => {
    times = times.filter(time => now - time < span)
    const passes = times.length < most
    if (passes)
      times.push(now)
    return passes
  }
}

const mayShow = createThrottle()

/**
 * `v-changed="text"` on a row: when the text differs from before, the row fades from the accent's
 * surface (styles/base.css). The first drawing is no change. With reduced motion nothing moves.
 */
export const vChanged: ObjectDirective<HTMLElement, string> = {
  mounted: el => el.addEventListener('animationend', () => el.classList.remove('changed')),
  updated(el, { value, oldValue }) {
    if (value === oldValue || matchMedia('(prefers-reduced-motion: reduce)').matches || !mayShow(performance.now()))
      return
    el.classList.remove('changed')
    // A style that is computed in between makes the animation begin anew.
    void el.offsetWidth
    el.classList.add('changed')
  },
}
