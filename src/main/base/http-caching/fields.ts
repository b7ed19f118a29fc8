/**
 * Header fields as they came: names and values in turn, with all repetitions and in their order, as
 * node's `rawHeaders`. Its `headers` drop a second Age, Expires or ETag.
 */
export type Fields = readonly string[]

/** The values of a field, in their order. */
export function fieldValues(fields: Fields, name: string): string[] {
  const values: string[] = []
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const [field = '', value = ''] = [fields[i], fields[i + 1]]
    if (field.length === name.length && field.toLowerCase() === name)
      values.push(value)
  }
  return values
}

/** All lines of a field as one list (RFC 9110 §5.3); undefined if there is none. */
export function wholeField(fields: Fields, name: string): string | undefined {
  const values = fieldValues(fields, name)
  return values.length === 0 ? undefined : values.join(', ')
}

/** The members of a list without quoted strings, in lower case. */
export function tokensOf(fields: Fields, name: string): string[] {
  const text = wholeField(fields, name) ?? ''
  return text.split(',').map(token => token.trim().toLowerCase()).filter(token => token !== '')
}

/** @param isLeftOut is asked by names in lower case */
export function without(fields: Fields, isLeftOut: (name: string) => boolean): string[] {
  const left: string[] = []
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const [name = '', value = ''] = [fields[i], fields[i + 1]]
    if (!isLeftOut(name.toLowerCase()))
      left.push(name, value)
  }
  return left
}

/** Fields of one connection, besides those that Connection names (RFC 9110 §7.6.1). */
const hopByHop: ReadonlySet<string> = new Set([
  ...['connection', 'keep-alive', 'proxy-connection', 'proxy-authenticate', 'proxy-authentication-info'],
  ...['proxy-authorization', 'te', 'trailer', 'transfer-encoding', 'upgrade'],
])

/** What may be sent on, and stored (RFC 9111 §3.1). */
export function endToEnd(fields: Fields): string[] {
  const named = new Set(tokensOf(fields, 'connection'))
  return without(fields, name => hopByHop.has(name) || named.has(name))
}
