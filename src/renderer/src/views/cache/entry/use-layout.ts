import type { Ref } from 'vue'
import type { Sliced } from '../values/slices'
import type { CodeEditor } from './code-editor'
import type { EditableText } from './edit-text'
import type { FormerLayout, JsonStyle } from './json-layout'
import type { JsonMistake } from './json-mistake'
import { messageOf } from '@shared/errors'
import { onScopeDispose, shallowReadonly, shallowRef } from 'vue'
import { runSliced } from '../values/slices'
import { layOut, layoutChange, readLayout } from './json-layout'
import { findJsonMistake } from './json-mistake'

/**
 * The layout differs from that of the stored value; sizes in bytes. `reversible` if the text can be
 * written in the former layout.
 */
export interface ChangedLayout { before: number, after: number, reversible: boolean }

/** Why a text is not written in another layout: a mistake in it, or a sentence. */
export type Refusal = JsonMistake | string

interface Layout {
  /** Undefined while the layout is as it was, or the person has chosen to keep the new one. */
  readonly changed: Readonly<Ref<ChangedLayout | undefined>>
  /** The layout of the stored value, if a program writes it like this. */
  readonly style: Readonly<Ref<JsonStyle | undefined>>
  /** Puts each member and item on a line. Returns the reason why that is not possible. */
  format: () => Promise<Refusal | undefined>
  /** Goes back to the layout that the value had; returns the same. */
  restore: () => Promise<Refusal | undefined>
  keep: () => void
  /** To be called after each change of the text. */
  check: () => void
}

/** Milliseconds without a change after which the layout is looked at. */
const pause = 200

/** Watches the layout of JSON while it is edited. All work is done in slices. */
export function useLayout({ text: former, separator }: EditableText, editor: () => CodeEditor | undefined): Layout {
  const changed = shallowRef<ChangedLayout>()
  const style = shallowRef<JsonStyle>()
  const encoder = new TextEncoder()
  const size = encoder.encode(former).length
  let layout: FormerLayout | undefined
  let kept = false
  let work = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined

  async function look(signal: AbortSignal): Promise<void> {
    const text = editor()?.text()
    if (text === undefined)
      return
    if (!layout) {
      if (await runSliced(findJsonMistake(former), signal))
        return
      layout = await runSliced(readLayout(former, separator), signal)
      style.value = layout.style
    }
    const json = text !== former && !await runSliced(findJsonMistake(text), signal)
    const change = json ? await runSliced(layoutChange(layout, text, separator), signal) : undefined
    if (!change)
      kept = false
    changed.value = change && !kept
      ? { before: size, after: encoder.encode(text).length, reversible: change.back !== undefined }
      : undefined
  }

  function check(): void {
    work.abort()
    work = new AbortController()
    const { signal } = work
    clearTimeout(timer)
    timer = setTimeout(() => void look(signal).catch((error: unknown) => {
      // A later change has begun a look of its own.
      if (!signal.aborted)
        throw error
    }), pause)
  }

  /** Writes the text as it is now in another layout; a change that comes in between wins. */
  async function rewrite(write: (text: string) => Sliced<string | undefined>): Promise<Refusal | undefined> {
    const text = editor()?.text() ?? ''
    const { signal } = work
    try {
      const mistake = await runSliced(findJsonMistake(text), signal)
      if (mistake)
        return mistake
      const written = await runSliced(write(text), signal)
      if (written === undefined)
        return 'This is nested too deeply to be formatted.'
      if (written !== text)
        editor()?.replace(written)
      return undefined
    }
    catch (error) {
      return signal.aborted ? undefined : messageOf(error)
    }
  }

  function* formerLayout(text: string): Sliced<string | undefined> {
    const change = layout && (yield* layoutChange(layout, text, separator))
    return change ? change.back : text
  }

  onScopeDispose(() => {
    clearTimeout(timer)
    work.abort()
  })

  return {
    changed: shallowReadonly(changed),
    style: shallowReadonly(style),
    format() {
      kept = false
      return rewrite(text => layOut(text, 'indented', separator))
    },
    restore: () => rewrite(formerLayout),
    keep() {
      kept = true
      changed.value = undefined
    },
    check,
  }
}
