/**
 * Copies text to the clipboard. Throws an Error with a readable message if the browser forbids it:
 * the page has no focus, or came over plain http from another host.
 */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
  }
  catch (cause) {
    throw new Error('The browser did not allow the text to be copied.', { cause })
  }
}
