/** Maximum number of characters of a line: browsers stall on lines of a megabyte. */
const longestLine = 1000

/** Splits text into lines; a very long line continues in the next one. */
export function layOutText(text: string): string[] {
  return text.split(/\r\n|\r|\n/).flatMap(line => line.length <= longestLine ? [line] : line.match(/[\s\S]{1,1000}/g) ?? [])
}
