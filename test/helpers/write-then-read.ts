import { connect } from 'node:net'
import { patience } from './patience'

/**
 * What a client gets that reads nothing before it has written everything, as Python's urllib does;
 * or the error that it sees instead.
 */
export function writeThenRead(port: number, ...pieces: (string | Buffer)[]): Promise<string> {
  return new Promise((resolve) => {
    const client = connect({ port, host: '127.0.0.1' })
    const chunks: Buffer[] = []
    client.setTimeout(patience, () => client.destroy(new Error('The server left the connection open')))
    client.pause()
    client.on('data', (chunk: Buffer) => chunks.push(chunk))
    client.on('error', error => resolve(String(error)))
    client.on('end', () => resolve(Buffer.concat(chunks).toString('latin1')))
    for (const piece of pieces.slice(0, -1))
      client.write(piece)
    client.write(pieces.at(-1) ?? '', () => client.resume())
  })
}
