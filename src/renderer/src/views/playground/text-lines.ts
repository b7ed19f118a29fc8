/** Most characters of one line: a browser stalls while it lays out a line of a megabyte. */
const longestLine = 1000

/** Text by its lines; a very long one goes on in the next. */
export function layOutText(text: string): string[] {
  return text.split(/\r\n|\r|\n/).flatMap(line => line.length <= longestLine ? [line] : line.match(/[\s\S]{1,1000}/g) ?? [])
}
