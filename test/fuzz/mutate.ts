/** In [0, 1), the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const MAX_BYTES = 64 * 1024
/** Bytes and words that parsers care for: quotes, escapes, separators, brackets, line ends, half characters, numbers. */
const WORDS = [
  ...'"\'\\|=^;:,<>[]{}()&%#-+ \t\r\n\0'.split(''),
  '\\n',
  '\\\\',
  '\\"',
  '<!DOCTYPE',
  '__proto__',
  'constructor',
  'null',
  '-1',
  '0',
  '1e308',
  '99999999999999999999',
  '2026-02-29',
  '中',
  '\ufeff',
  ' FOUND',
].map((word) => Buffer.from(word))
const HALVES = [Buffer.from([0xff]), Buffer.from([0xe4, 0xb8]), Buffer.from([0x81, 0x5c]), Buffer.from([0xff, 0xfe])]

/** A changed copy of one of the seeds: bytes flipped, put in, taken out, repeated, cut, or crossed with another seed. */
export function mutate(seeds: readonly Uint8Array[], chance: () => number): Uint8Array {
  const pick = <Value>(list: readonly Value[]): Value | undefined => list[Math.floor(chance() * list.length)]
  const below = (limit: number) => Math.floor(chance() * limit)
  let bytes = Buffer.from(pick(seeds) ?? [])
  for (let left = 1 + below(5); left > 0; left--) {
    const at = below(bytes.length + 1)
    const span = below(Math.min(64, bytes.length - at + 1))
    const head = bytes.subarray(0, at)
    const tail = bytes.subarray(at + span)
    const kind = below(100)
    if (kind < 30 && bytes.length > 0) bytes[at % bytes.length] = below(256)
    else if (kind < 50) bytes = Buffer.concat([head, pick(WORDS) ?? head, bytes.subarray(at)])
    else if (kind < 55) bytes = Buffer.concat([head, pick(HALVES) ?? head, tail])
    else if (kind < 70) bytes = Buffer.concat([head, tail])
    else if (kind < 80) bytes = Buffer.concat([head, bytes.subarray(at, at + span), bytes.subarray(at)])
    else if (kind < 90) bytes = Buffer.from(head)
    else if (kind < 98) bytes = Buffer.concat([head, Buffer.from(pick(seeds) ?? []).subarray(below(200))])
    else bytes = Buffer.concat([head, repeated(pick(WORDS) ?? head, 1 + below(3000)), tail])
  }
  return new Uint8Array(bytes.subarray(0, MAX_BYTES))
}

const repeated = (word: Uint8Array, count: number): Buffer => Buffer.concat(Array.from({ length: count }, () => word))
