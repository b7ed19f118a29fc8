/** Offers the content to the person as a file download. */
export function download(content: Blob, fileName: string): void {
  const url = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = url
  link.download = fileName
  link.click()
  // The browser has read the URL by the next turn; a URL that is never revoked keeps its bytes in
  // memory.
  setTimeout(() => URL.revokeObjectURL(url), 0)
}
