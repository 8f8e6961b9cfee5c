/** The one place where the collectors read their clock and take chance; everything else gets them handed in. */
export interface Clock {
  /** Epoch ms. */
  now(): number
}
export const systemClock: Clock = { now: () => Date.now() }
/** In [0, 1): for jitter only, never for anything that is reckoned or drawn. */
export const chance = (): number => Math.random()
