/** How the key is called that goes with letters for commands; the handlers take both. */
export const commandKey = /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘' : 'Ctrl'
