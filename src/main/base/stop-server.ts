/** A server of HTTP or HTTPS. */
interface Stoppable {
  close: (closed: () => void) => unknown
  closeIdleConnections: () => void
  closeAllConnections: () => void
}

/** Stops listening, lets requests end for so many milliseconds, then cuts the rest off. */
export async function stopServer(server: Stoppable, graceMs: number): Promise<void> {
  const closed = new Promise<void>(resolve => server.close(() => resolve()))
  server.closeIdleConnections()
  // Connections become idle as their requests finish; close() alone would wait for keep-alive to
  // end.
  const idle = setInterval(() => server.closeIdleConnections(), 50)
  const cut = setTimeout(() => server.closeAllConnections(), graceMs)
  await closed
  clearInterval(idle)
  clearTimeout(cut)
}
