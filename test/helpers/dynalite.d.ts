declare module 'dynalite' {
  import type { Server } from 'node:http'

  /** Without a path, tables are kept in memory. The server need not listen. */
  export default function dynalite(options: { createTableMs: number, deleteTableMs: number }): Server
}
