/**
 * The request that must not get through, hidden in what another parser would treat as a body. `@`
 * represents the server's port.
 */
export const hidden = 'DELETE /flush HTTP/1.1\r\nHost: localhost:@\r\nApi-Key: KEY\r\n\r\n'
const first = 'PUT /v1/item HTTP/1.1\r\nHost: localhost:@\r\nApi-Key: KEY\r\n'
export const get = 'GET /v1/item HTTP/1.1\r\nHost: localhost:@\r\nApi-Key: KEY\r\n'

/** What must be answered by 400, by what is wrong with it. */
export const smuggled: Record<string, string> = {
  'length and chunks': `${first}Content-Length: ${hidden.length}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
  'chunks and length': `${first}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n${hidden}`,
  'two lengths that differ': `${first}Content-Length: 0\r\nContent-Length: 44\r\n\r\n${hidden}`,
  'two lengths that agree': `${first}Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc${hidden}`,
  'a list of lengths': `${first}Content-Length: 3, 3\r\n\r\nabc${hidden}`,
  'a signed length': `${first}Content-Length: +3\r\n\r\nabc${hidden}`,
  'a hexadecimal length': `${first}Content-Length: 0x3\r\n\r\nabc${hidden}`,
  'a length without number': `${first}Content-Length: \r\n\r\n${hidden}`,
  'a length beyond all numbers': `${first}Content-Length: 99999999999999999999999\r\n\r\n${hidden}`,
  'a coding behind chunked': `${first}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${hidden}`,
  'a coding that is not chunked': `${first}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${hidden}`,
  'a line end without CR in the fields': `${get}X-A: b\nX-C: d\r\n\r\n`,
  'line ends without CR alone': `GET /v1/item HTTP/1.1\nHost: localhost:@\nApi-Key: KEY\n\n`,
  'a CR alone': `${get}X-A: b\rX-C: d\r\n\r\n`,
  'a folded field': `${get}X-A: b\r\n c: d\r\n\r\n`,
  'a folded Host': `GET /v1/item HTTP/1.1\r\nHost:\r\n localhost:@\r\nApi-Key: KEY\r\n\r\n`,
  'a space before the colon': `${first}Content-Length : 3\r\n\r\nabc${hidden}`,
  'a space before the first field': `GET /v1/item HTTP/1.1\r\n Host: localhost:@\r\nApi-Key: KEY\r\n\r\n`,
  'NUL in a field': `${get}X-A: b\0c\r\n\r\n`,
  'a field name that is none': `${get}X(A): b\r\n\r\n`,
  'a chunk size that is none': `${first}Transfer-Encoding: chunked\r\n\r\nzz\r\n${hidden}`,
  'a chunk longer than it says': `${first}Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n${hidden}`,
  'another protocol': 'GET /v1/item HTCPCP/1.0\r\nHost: localhost:@\r\n\r\n',
  'a version that is none': `GET /v1/item HTTP/1.9\r\nHost: localhost:@\r\n\r\n`,
}
