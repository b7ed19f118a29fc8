import process from 'node:process'

/**
 * What the system tells of this process: memory in bytes.
 *
 * @param uptime milliseconds
 */
export function processFigures(
  uptime: number,
): { uptimeSeconds: number, residentMemory: number, cpuSeconds: number } {
  const { user, system } = process.cpuUsage()
  return { uptimeSeconds: uptime / 1000, residentMemory: process.memoryUsage.rss(), cpuSeconds: (user + system) / 1e6 }
}
