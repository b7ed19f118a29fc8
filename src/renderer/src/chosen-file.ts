/** The file that somebody chose in a field; undefined if none. It may be chosen again later. */
export function takeChosenFile({ target }: Event): File | undefined {
  if (!(target instanceof HTMLInputElement))
    return undefined
  const [file] = target.files ?? []
  target.value = ''
  return file
}
