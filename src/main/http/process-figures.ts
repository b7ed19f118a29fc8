import process from 'node:process'

/**
 * What the operating system says about this process: resident bytes, and seconds of processor time.
 *
 * @param uptime milliseconds since the start
 */
export function readProcessFigures(
  uptime: number,
): { uptimeSeconds: number, residentMemory: number, cpuSeconds: number } {
  const { user, system } = process.cpuUsage()
  return { uptimeSeconds: uptime / 1000, residentMemory: process.memoryUsage.rss(), cpuSeconds: (user + system) / 1e6 }
}
