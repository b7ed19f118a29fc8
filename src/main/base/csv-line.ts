const quote = 0x22
const comma = 0x2C
const lineFeed = 0x0A
const carriageReturn = 0x0D

/** A cell of RFC 4180. One that is quoted is text, an empty one without quotes is null. */
export interface CsvCell { text: string, quoted: boolean }

/**
 * Reads one line into `cells` and returns where the next one starts. Throws what `place` makes of
 * the column, counted from 1, and of what is wrong there.
 */
export function readCsvLine(
  text: string,
  start: number,
  cells: CsvCell[],
  place: (column: number, reason: string) => Error,
): number {
  for (let at = start; ;) {
    const isQuoted = text[at] === '"'
    const end = isQuoted ? closingQuote(text, at, () => place(cells.length + 1, 'the quote is never closed')) : at
    let stop = end
    for (; stop < text.length; stop++) {
      const code = text.charCodeAt(stop)
      if (code === comma || code === lineFeed || code === carriageReturn)
        break
      if (isQuoted)
        throw place(cells.length + 1, 'something follows the closing quote')
      if (code === quote)
        throw place(cells.length + 1, 'a quote stands inside a cell that is not quoted')
    }
    const raw = isQuoted ? text.slice(at + 1, end - 1) : text.slice(at, stop)
    cells.push({ text: isQuoted ? raw.replaceAll('""', '"') : raw, quoted: isQuoted })
    if (text[stop] !== ',')
      return text[stop] === '\r' && text[stop + 1] === '\n' ? stop + 2 : stop + 1
    at = stop + 1
  }
}

/** The place after the quote that closes the cell. */
function closingQuote(text: string, open: number, unclosed: () => Error): number {
  for (let at = open + 1; ;) {
    const found = text.indexOf('"', at)
    if (found < 0)
      throw unclosed()
    if (text[found + 1] !== '"')
      return found + 1
    at = found + 2
  }
}

/** A text, in quotes where it needs them. */
export function csvCell(text: string): string {
  return text === '' || /[",\r\n\uFEFF]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
