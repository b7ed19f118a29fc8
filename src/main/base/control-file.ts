/**
 * The file of the data folder (mode 0600) in which a running server says where it is. Anyone who
 * can read it can control the server.
 */
export const controlFileName = 'control.json'

/** The content of the control file, as JSON. */
export interface ControlFile {
  /** Base address, reachable from this machine. */
  url: string
  /** Sent as `Authorization: Bearer`; acts as the owner. */
  token: string
  /** Process id of the server. */
  pid: number
}
