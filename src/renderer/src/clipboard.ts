/**
 * Throws an Error with a sentence where the browser forbids it: no focus, or plain http from
 * another host.
 */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
  }
  catch (cause) {
    throw new Error('The browser did not allow the text to be copied.', { cause })
  }
}
