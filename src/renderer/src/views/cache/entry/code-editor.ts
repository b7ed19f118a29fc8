import type { Extension } from '@codemirror/state'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { json } from '@codemirror/lang-json'
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { search, searchKeymap } from '@codemirror/search'
import { Compartment, EditorSelection, EditorState } from '@codemirror/state'
import { drawSelection, EditorView, highlightSpecialChars, keymap, lineNumbers } from '@codemirror/view'
import { tags } from '@lezer/highlight'

export interface CodeEditor {
  text: () => string
  /** Replaces the whole text in one step that can be undone. */
  replace: (text: string) => void
  /** Whether long lines continue in the next row. */
  wrap: (on: boolean) => void
  /** Moves cursor and focus to a line and column (in UTF-16 units), which count from 1. */
  goTo: (line: number, column: number) => void
  focus: () => void
  destroy: () => void
}
interface CodeEditorOptions {
  /**
   * An empty element. The editor is in its shadow root, because the CSP allows it to adopt its
   * style sheets there.
   */
  host: HTMLElement
  label: string
  text: string
  separator: string
  language: 'json' | undefined
  wrap: boolean
  onChange: () => void
  onSave: () => void
  onFormat: () => void
}

const colors = EditorView.theme({
  '&': { height: '100%', color: 'var(--text)', backgroundColor: 'var(--surface)', fontSize: 'var(--text-s)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: 'var(--row-dense)' },
  '.cm-content': { caretColor: 'var(--text)' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-gutters': { backgroundColor: 'var(--surface)', color: 'var(--text-muted)', border: 'none' },
  '.cm-panels': { backgroundColor: 'var(--surface-sunken)', color: 'var(--text)' },
  '.cm-specialChar': { color: 'var(--danger)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--accent-surface)',
  },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': {
    backgroundColor: 'var(--surface-sunken)',
    outline: '1px solid var(--line-control)',
  },
})
const highlighting = HighlightStyle.define([
  { tag: tags.string, color: 'var(--code-string)' },
  { tag: tags.number, color: 'var(--code-number)' },
  { tag: [tags.bool, tags.null], color: 'var(--code-word)' },
  { tag: tags.propertyName, color: 'var(--text)' },
])

/**
 * The editor's model of a text, without its looks. `separator` is the only line end that it
 * recognises: other characters stay as they are.
 */
export function editorState(text: string, separator: string, extensions: Extension = []): EditorState {
  return EditorState.create({ doc: text, extensions: [EditorState.lineSeparator.of(separator), extensions] })
}

export function textOf(state: EditorState): string {
  return state.sliceDoc()
}

export function createCodeEditor({
  host,
  label,
  text,
  separator,
  language,
  wrap,
  onChange,
  onSave,
  onFormat,
}: CodeEditorOptions): CodeEditor {
  const wrapping = new Compartment()
  const wrapped = (on: boolean): Extension => on ? EditorView.lineWrapping : []
  const save = (): boolean => {
    onSave()
    return true
  }
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' })
  const view = new EditorView({
    root,
    parent: root,
    state: editorState(text, separator, [
      lineNumbers(),
      history(),
      drawSelection(),
      highlightSpecialChars(),
      bracketMatching(),
      wrapping.of(wrapped(wrap)),
      search({ top: true }),
      // Tab moves to the next control, so that the keyboard focus is not trapped here.
      keymap.of([
        { key: 'Mod-s', preventDefault: true, run: save },
        { key: 'Mod-Enter', run: save },
        {
          key: 'Shift-Alt-f',
          preventDefault: true,
          run: () => {
            onFormat()
            return true
          },
        },
        ...defaultKeymap,
        ...historyKeymap,
        ...searchKeymap,
      ]),
      ...(language === 'json' ? [json()] : []),
      syntaxHighlighting(highlighting),
      colors,
      EditorView.contentAttributes.of({ 'aria-label': label }),
      EditorView.updateListener.of(update => update.docChanged && onChange()),
    ]),
  })
  return {
    text: () => textOf(view.state),
    replace: text => view.dispatch({
      changes: { from: 0, to: view.state.doc.length, insert: view.state.toText(text) },
      selection: EditorSelection.cursor(0),
      scrollIntoView: true,
      userEvent: 'input.replace',
    }),
    wrap: on => view.dispatch({ effects: wrapping.reconfigure(wrapped(on)) }),
    goTo(line, column) {
      const { from, to } = view.state.doc.line(Math.min(line, view.state.doc.lines))
      const place = Math.min(from + column - 1, to)
      view.dispatch({ selection: EditorSelection.cursor(place), scrollIntoView: true })
      view.focus()
    },
    focus: () => view.focus(),
    destroy: () => view.destroy(),
  }
}
