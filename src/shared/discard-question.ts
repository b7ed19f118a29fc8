/** What is asked before unsaved work is lost: by the console, and by a window that is closed. */
export const discardQuestion = { title: 'Discard your changes?', action: 'Discard changes' } as const
