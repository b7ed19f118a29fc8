interface HexRow { offset: string, hex: string, text: string }

/** Bytes in one row of a container of this width in rem: as many as fit with their ASCII column. */
export function bytesPerRow(width: number): number {
  if (width < 20)
    return 4
  return width < 34 ? 8 : 16
}

export function hexRows(bytes: Uint8Array, perRow: number): number {
  return Math.max(1, Math.ceil(bytes.length / perRow))
}

/** The bytes of one row: their offset, in hex, and as ASCII with a dot for unprintable ones. */
export function hexRow(bytes: Uint8Array, index: number, perRow: number): HexRow {
  const row = [...bytes.subarray(index * perRow, (index + 1) * perRow)]
  // The gap in the middle of a long row.
  const gap = perRow > 8 ? 7 : -1
  const hex = row.map((byte, at) => `${byte.toString(16).padStart(2, '0')}${at === gap ? '  ' : ' '}`).join('')
  return {
    offset: (index * perRow).toString(16).padStart(8, '0'),
    hex: hex.padEnd(perRow * 3 + (gap < 0 ? 0 : 1)),
    text: row.map(byte => byte >= 0x20 && byte < 0x7F ? String.fromCharCode(byte) : '·').join(''),
  }
}
