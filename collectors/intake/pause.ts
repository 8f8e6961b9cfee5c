/** Waits, or rejects at once when the signal falls: no timer outlives its source. */
export const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', fail, { once: true })
    function done() {
      signal.removeEventListener('abort', fail)
      resolve()
    }
    function fail() {
      clearTimeout(timer)
      reject(signal.reason)
    }
  })

/** Doubles from `baseMs` up to `maxMs`, with up to a quarter of jitter. `tries` from 0. */
export const backoffMs = (tries: number, baseMs: number, maxMs: number, chance: () => number): number =>
  Math.min(maxMs, baseMs * 2 ** Math.min(tries, 20)) * (0.75 + chance() / 4)

export const LATE = Symbol('late')

/** The promise's value, or LATE after `ms`; the promise itself goes on. */
export async function within<Value>(promise: Promise<Value>, ms: number): Promise<Value | typeof LATE> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<typeof LATE>((resolve) => {
    timer = setTimeout(() => resolve(LATE), ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
