/** Seeded chance: the same seed and the same calls give the same office. Not for secrets. */
export interface Chance {
  /** [0, 1). */
  next(): number
  /** Integer in [from, to]. */
  int(from: number, to: number): number
  /** True with that probability. */
  hit(probability: number): boolean
  /** One of a non-empty list. */
  pick<Item>(items: readonly Item[]): Item
  /** One of a non-empty list by weight. */
  weighted<Item>(items: readonly (readonly [weight: number, item: Item])[]): Item
  /** Normal variable, mean 0, deviation 1. */
  normal(): number
  /** Number of events of a Poisson process with that mean; exact up to a mean of 30, normal above. */
  poisson(mean: number): number
  /** An independent stream of the same seed, so that one part's calls never shift another's. */
  branch(label: string): Chance
}

/** @param seed any text; @returns a stream of chance (splitmix32 over a hash of the seed) */
export function chanceOf(seed: string): Chance {
  let state = hash32(seed)
  const next = (): number => {
    state = (state + 0x9e3779b9) | 0
    let z = state ^ (state >>> 16)
    z = Math.imul(z, 0x21f0aaad)
    z ^= z >>> 15
    z = Math.imul(z, 0x735a2d97)
    return ((z ^ (z >>> 15)) >>> 0) / 4294967296
  }
  const int = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1))
  const pick = <Item>(items: readonly Item[]): Item => items[int(0, items.length - 1)] as Item
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
  return {
    next,
    int,
    hit: (probability) => next() < probability,
    pick,
    weighted: (items) => {
      let left = next() * items.reduce((sum, [weight]) => sum + weight, 0)
      for (const [weight, item] of items) {
        left -= weight
        if (left < 0) return item
      }
      return (items[items.length - 1] as readonly [number, (typeof items)[number][1]])[1]
    },
    normal,
    poisson: (mean) => (mean > 30 ? Math.max(0, Math.round(mean + Math.sqrt(mean) * normal())) : poisson(mean, next)),
    branch: (label) => chanceOf(`${seed}/${label}`),
  }
}

function poisson(mean: number, next: () => number): number {
  const limit = Math.exp(-mean)
  let count = 0
  for (let product = next(); product > limit; product *= next()) count += 1
  return count
}

/** FNV-1a, 32 bit. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash >>> 0
}
