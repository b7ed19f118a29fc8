/** Gives a file to the person. */
export function download(content: Blob, fileName: string): void {
  const url = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = url
  link.download = fileName
  link.click()
  // The browser has taken hold of it by the next turn; an object URL that is never revoked keeps
  // its bytes.
  setTimeout(() => URL.revokeObjectURL(url), 0)
}
