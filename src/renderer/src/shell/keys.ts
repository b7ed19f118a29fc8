/** The name of the modifier key for commands; the handlers accept both keys. */
export const commandKey = /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘' : 'Ctrl'
