/** What the messages after the warm-up took, from the moment at which the last of that was on disk. */
export interface Measured {
  count: number
  seconds: number
  cpuMs: number
}

/**
 * Counts messages on disk and tells the parent how long they took. A receiver runs for months: the first messages of a
 * process, for which its code is still being compiled, and the start of the sender do not count.
 */
export function meter(warm: number, wanted: number): (stored: number) => void {
  let stored = 0
  let begun: { stored: number; at: number; cpu: NodeJS.CpuUsage } | undefined
  return (count) => {
    stored += count
    if (!begun && stored >= warm) begun = { stored, at: performance.now(), cpu: process.cpuUsage() }
    if (!begun || stored < wanted) return
    const { user, system } = process.cpuUsage(begun.cpu)
    const measured: Measured = {
      count: stored - begun.stored,
      seconds: (performance.now() - begun.at) / 1000,
      cpuMs: (user + system) / 1000,
    }
    process.send?.(measured)
  }
}
