const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const time = String.raw`(?<hour>\d{2}):(?<minute>\d{2}):(?<second>\d{2})`
/** The three forms of RFC 9110 §5.6.7. */
const forms = [
  new RegExp(`^[a-z]{3}, (?<day>\\d{2}) (?<month>[a-z]{3}) (?<year>\\d{4}) ${time} GMT$`, 'i'),
  new RegExp(`^[a-z]{6,9}, (?<day>\\d{2})-(?<month>[a-z]{3})-(?<year>\\d{2}) ${time} GMT$`, 'i'),
  new RegExp(`^[a-z]{3} (?<month>[a-z]{3}) (?<day>[ \\d]\\d) ${time} (?<year>\\d{4})$`, 'i'),
]

/** Milliseconds since the Unix epoch; undefined for what is no date. */
export function readDate(text: string | undefined): number | undefined {
  if (text === undefined)
    return undefined
  for (const form of forms) {
    const parts = form.exec(text)?.groups
    if (parts === undefined)
      continue
    const [day, year, hour, minute, second] = ['day', 'year', 'hour', 'minute', 'second']
      .map(name => Number(parts[name])) as [number, number, number, number, number]
    const month = months.indexOf(parts.month?.toLowerCase() ?? '')
    if (month < 0 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60)
      return undefined
    return Date.UTC(parts.year?.length === 2 ? wholeYear(year) : year, month, day, hour, minute, second)
  }
  return undefined
}

/** Two digits mean this century up to 2069; RFC 9110 wants no date far in the future. */
function wholeYear(year: number): number {
  return year < 70 ? 2000 + year : 1900 + year
}
