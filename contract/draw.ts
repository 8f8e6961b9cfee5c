import { z } from 'zod'
import { type Bytes, concat, fromHex, hmacSha256, sha256, sha256Hex, toHex } from './bytes.ts'

/**
 * The verifiable draw `sanling-draw/1` (draw.md): its arithmetic and the shapes of its entries. Pure, integers only,
 * WebCrypto only: server, command and browser repeat the very same steps.
 */
export const ALGORITHM = 'sanling-draw/1'

const hex32 = z.string().regex(/^[0-9a-f]{64}$/)
/** `[a-z0-9-]+`, byte order. */
export const MemberId = z
  .string()
  .regex(/^[a-z0-9-]+$/)
  .max(64)

export const EXCLUSION_REASONS = [
  'leave',
  'recusal',
  'ineligible-type',
  'speciality',
  'task-force',
  'capped',
  'suspended',
] as const
export const ExclusionReason = z.enum(EXCLUSION_REASONS)
export type ExclusionReason = z.infer<typeof ExclusionReason>

export const DrawParams = z.object({ smoothing: z.int().min(1), floor: z.int().min(1), ceiling: z.int().min(1) })
export type DrawParams = z.infer<typeof DrawParams>
export const DEFAULT_PARAMS: DrawParams = { smoothing: 5000, floor: 200, ceiling: 5000 }

/** `cap` percent 1–100; `load` in thousandths of a standard case, never negative. */
export const PoolMember = z.object({
  id: MemberId,
  cap: z.int().min(1).max(100),
  load: z.int().min(0),
  tickets: z.int().min(0),
})
export type PoolMember = z.infer<typeof PoolMember>

export const Committed = z.object({
  drawId: z.string().min(1).max(64),
  algorithm: z.literal(ALGORITHM),
  rules: z.object({ version: z.string(), sha256: hex32 }),
  case: z.object({ id: z.string(), type: z.string(), weight: z.int().min(0) }),
  requestedBy: z.string(),
  params: DrawParams,
  pool: z.array(PoolMember).min(1),
  excluded: z.array(z.object({ id: MemberId, reason: ExclusionReason })),
  contributors: z.array(z.string()).min(1),
  serverCommit: hex32,
})
export type Committed = z.infer<typeof Committed>

export const Contributed = z.object({
  drawId: z.string(),
  commitment: hex32,
  by: z.string(),
  role: z.string(),
  nonceHash: hex32,
})
export type Contributed = z.infer<typeof Contributed>

export const Completed = z.object({
  drawId: z.string(),
  commitment: hex32,
  serverSecret: hex32,
  contributions: z.array(z.object({ by: z.string(), role: z.string(), nonce: hex32 })).min(1),
  seed: hex32,
  counter: z.int().min(0),
  r: z.string().regex(/^\d+$/),
  total: z.int().min(1),
  winner: MemberId,
})
export type Completed = z.infer<typeof Completed>

export const Cancelled = z.object({
  drawId: z.string(),
  commitment: hex32,
  serverSecret: hex32,
  contributions: z.array(z.object({ by: z.string(), role: z.string(), nonce: hex32 })),
  reason: z.string().min(1),
  approvedBy: z.string(),
})
export type Cancelled = z.infer<typeof Cancelled>

/** Byte order of ASCII ids. */
export const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

const clamp = (value: bigint, low: bigint, high: bigint): bigint => (value < low ? low : value > high ? high : value)

/**
 * Tickets, integer division throughout: n_i = ⌊load·100/cap⌋, m = ⌊Σn/|pool|⌋,
 * t_i = cap · clamp(⌊1000·(m+smoothing)/(n_i+smoothing)⌋, floor, ceiling). In words: 机会 = 参与比例 × 平均负荷 ÷ 本人负荷.
 */
export function tickets(
  members: readonly { id: string; cap: number; load: number }[],
  params: DrawParams,
): { pool: PoolMember[]; normalised: number[]; mean: number } {
  const sorted = [...members].sort(byId)
  const normalised = sorted.map(({ cap, load }) => (BigInt(load) * 100n) / BigInt(cap))
  const mean = normalised.reduce((sum, n) => sum + n, 0n) / BigInt(Math.max(1, sorted.length))
  const [smoothing, floor, ceiling] = [params.smoothing, params.floor, params.ceiling].map(BigInt) as [
    bigint,
    bigint,
    bigint,
  ]
  const pool = sorted.map(({ id, cap, load }, at) => {
    const factor = clamp((1000n * (mean + smoothing)) / ((normalised[at] ?? 0n) + smoothing), floor, ceiling)
    return { id, cap, load, tickets: Number(BigInt(cap) * factor) }
  })
  return { pool, normalised: normalised.map(Number), mean: Number(mean) }
}

export const newNonce = (): string => toHex(crypto.getRandomValues(new Uint8Array(32)))
export const commitTo = (secretHex: string): Promise<string> => sha256Hex(fromHex(secretHex))

/** seed = HMAC-SHA256(key = server secret, msg = commitment ‖ nonce_1 ‖ nonce_2 …), hex. */
export async function drawSeed(secretHex: string, commitmentHex: string, nonces: readonly string[]): Promise<string> {
  return toHex(await hmacSha256(fromHex(secretHex), concat(fromHex(commitmentHex), ...nonces.map(fromHex))))
}

const TWO_64 = 1n << 64n
const first8 = (bytes: Uint8Array): bigint => new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0)
const uint32be = (value: number): Bytes => {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value)
  return bytes
}

/** Rejection sampling without modulo bias: the first u < ⌊2^64/T⌋·T, and r = u mod T. */
export async function drawNumber(seedHex: string, total: number): Promise<{ counter: number; r: bigint }> {
  if (!Number.isSafeInteger(total) || total < 1) throw new RangeError('没有可抽的机会数')
  const seed = fromHex(seedHex)
  const T = BigInt(total)
  const limit = (TWO_64 / T) * T
  for (let counter = 0; ; counter++) {
    const u = first8(await sha256(concat(seed, uint32be(counter))))
    if (u < limit) return { counter, r: u % T }
  }
}

export const totalTickets = (pool: readonly PoolMember[]): number =>
  pool.reduce((sum, member) => sum + member.tickets, 0)

/** First member whose running sum of tickets exceeds r. */
export function pickWinner(pool: readonly PoolMember[], r: bigint): string {
  let sum = 0n
  for (const member of pool) {
    sum += BigInt(member.tickets)
    if (sum > r) return member.id
  }
  throw new RangeError('r 超出机会总数')
}

export interface Outcome {
  seed: string
  counter: number
  r: string
  total: number
  winner: string
}

/** The whole third step: what secret and nonces make of the frozen pool. */
export async function outcome(
  pool: readonly PoolMember[],
  commitment: string,
  secret: string,
  nonces: readonly string[],
): Promise<Outcome> {
  const seed = await drawSeed(secret, commitment, nonces)
  const total = totalTickets(pool)
  const { counter, r } = await drawNumber(seed, total)
  return { seed, counter, r: r.toString(), total, winner: pickWinner(pool, r) }
}
