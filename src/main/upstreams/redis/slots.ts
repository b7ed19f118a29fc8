/** Slots that the keys of a cluster are spread over. */
export const slotCount = 16_384

const open = 0x7B
const close = 0x7D

/** CRC-16 with the polynomial 0x1021 (XMODEM), as the specification of Redis Cluster names it. */
const table = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8
  for (let bit = 0; bit < 8; bit++)
    crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021
  return crc
})

/**
 * The slot of a key. If it has something between its first `{` and the first `}` behind that, only
 * this counts (a hash tag), so that several keys can be kept together.
 */
export function keySlotOf(key: Uint8Array): number {
  const from = key.indexOf(open)
  const to = from === -1 ? -1 : key.indexOf(close, from + 1)
  const tagged = to > from + 1
  let crc = 0
  for (let at = tagged ? from + 1 : 0, end = tagged ? to : key.length; at < end; at++)
    crc = ((crc << 8) & 0xFFFF) ^ (table[(crc >> 8) ^ (key[at] as number)] as number)
  return crc % slotCount
}
