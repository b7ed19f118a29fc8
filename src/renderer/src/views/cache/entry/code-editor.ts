import type { Extension } from '@codemirror/state'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { json } from '@codemirror/lang-json'
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { search, searchKeymap } from '@codemirror/search'
import { EditorState } from '@codemirror/state'
import { drawSelection, EditorView, highlightSpecialChars, keymap, lineNumbers } from '@codemirror/view'
import { tags } from '@lezer/highlight'

export interface CodeEditor {
  text: () => string
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
  onChange: () => void
  onSave: () => void
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
  onChange,
  onSave,
}: CodeEditorOptions): CodeEditor {
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
      search({ top: true }),
      // Tab moves to the next control, so that the keyboard focus is not trapped here.
      keymap.of([
        { key: 'Mod-s', preventDefault: true, run: save },
        { key: 'Mod-Enter', run: save },
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
  return { text: () => textOf(view.state), focus: () => view.focus(), destroy: () => view.destroy() }
}
