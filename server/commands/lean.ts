import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** After the start, after the first back-fill of the sources, and once more when all has come to rest. */
const AFTER_MS = [6000, 20_000, 60_000]

/**
 * Gives back what the start has left lying about (parsed configuration, compiled modules): V8 lets a heap that grew once
 * stay large for as long as nothing presses it. A collection takes 30–50 ms, so there are three and no more.
 */
export function giveBack(): void {
  setFlagsFromString('--expose-gc')
  const collect: (how: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void = runInNewContext('gc')
  for (const ms of AFTER_MS)
    setTimeout(() => collect({ type: 'major', execution: 'sync', flavor: 'last-resort' }), ms).unref()
}
