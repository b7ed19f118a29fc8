/** Milliseconds between two keys of one text, at most. */
const pace = 400
/** Milliseconds after which a key belongs to a text for a filter no longer. */
const pause = 3000
/** Milliseconds for which a text waits for its filter. */
const wait = 30_000

/**
 * Tells text that is typed where no field has the focus yet from single keys that are meant. After
 * a `/` for which there is no filter yet, all that is typed is text for it. Without one, letters
 * right after a key that is no shortcut belong to a text whose beginning nobody heard.
 */
interface TypedAhead {
  /**
   * What to do with a key: keep it back as text for a filter, ignore it, or look for a shortcut.
   *
   * @param at milliseconds, as in `Event.timeStamp`
   */
  read: (key: string, at: number) => 'text' | 'stray' | 'shortcut'
  /** A filter was asked for that is not there yet. */
  begin: (at: number) => void
  /** A key was no shortcut. */
  stray: (key: string, at: number) => void
  /** The text that waits; null if there is none, or no longer. */
  waiting: (now: number) => string | null
  end: () => void
}

export function createTypedAhead(): TypedAhead {
  let text: string | null = null
  let lastAt = Number.NEGATIVE_INFINITY

  function end(): void {
    text = null
    lastAt = Number.NEGATIVE_INFINITY
  }

  function waiting(now: number): string | null {
    if (text !== null && now - lastAt > wait)
      end()
    return text
  }

  return {
    read(key, at) {
      const isLetter = [...key].length === 1
      const before = waiting(at)
      if (before !== null) {
        // Somebody goes elsewhere, or the screen has no filter.
        if ((!isLetter && key !== 'Backspace' && key !== 'Shift') || at - lastAt > pause) {
          end()
          return 'shortcut'
        }
        if (key === 'Shift')
          return 'text'
        text = isLetter ? before + key : [...before].slice(0, -1).join('')
        lastAt = at
        return 'text'
      }
      if (!isLetter || at - lastAt > pace)
        return 'shortcut'
      lastAt = at
      return 'stray'
    },
    begin(at) {
      text = ''
      lastAt = at
    },
    // A space presses the button that has the focus.
    stray(key, at) {
      if ([...key].length === 1 && key !== ' ')
        lastAt = at
    },
    waiting,
    end,
  }
}
