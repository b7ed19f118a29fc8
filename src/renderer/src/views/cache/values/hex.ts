const perRow = 16

interface HexRow { offset: string, hex: string, text: string }

export function hexRows(bytes: Uint8Array): number {
  return Math.max(1, Math.ceil(bytes.length / perRow))
}

/** Sixteen bytes: their offset, in hex, and as ASCII with a dot for unprintable ones. */
export function hexRow(bytes: Uint8Array, index: number): HexRow {
  const row = [...bytes.subarray(index * perRow, (index + 1) * perRow)]
  const hex = row.map((byte, at) => `${byte.toString(16).padStart(2, '0')}${at === 7 ? '  ' : ' '}`).join('')
  return {
    offset: (index * perRow).toString(16).padStart(8, '0'),
    hex: hex.padEnd(perRow * 3 + 1),
    text: row.map(byte => byte >= 0x20 && byte < 0x7F ? String.fromCharCode(byte) : '·').join(''),
  }
}
