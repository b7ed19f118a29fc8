/** Something that can be done to a row: in its menu, and by its key while the row has the focus. */
export interface Action {
  label: string
  /** As in `KeyboardEvent.key`. */
  key: string
  /** Set apart from those before it, because it destroys something. */
  apart?: boolean
  disabled?: boolean
  run: () => void
}

/** What is printed on the keys that have no letter. */
export const keySigns: Readonly<Record<string, string>> = { Enter: '⏎', Backspace: '⌫', Delete: 'Del' }

/** The action of a key that was pressed without a modifier. */
export function actionOfKey(
  actions: readonly Action[],
  { key, ...held }: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>,
): Action | undefined {
  return held.ctrlKey || held.metaKey || held.altKey || held.shiftKey
    ? undefined
    : actions.find(action => action.key === key && !action.disabled)
}
