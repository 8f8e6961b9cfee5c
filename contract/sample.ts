import { z } from 'zod'
import { type Bytes, toHex } from './bytes.ts'
import { drawNumber, drawSeed } from './draw.ts'

/**
 * The yearly sample of cases for 评查, with the arithmetic of the draw and one ticket a case: seed = HMAC-SHA256(secret,
 * commitment ‖ nonce ‖ counter), a number below the count of what is left, without replacement. Anyone can repeat it.
 */
export const SAMPLE_ALGORITHM = 'sanling-sample/1'

export const SampleGroup = z.object({
  /** Person id of the handler. */
  handler: z.string(),
  /** Concluded this year, and of these drawn before. */
  closed: z.int(),
  sampled: z.int(),
  need: z.int().min(1),
  /** Case ids in byte order. */
  pool: z.array(z.string()).min(1),
})
export type SampleGroup = z.infer<typeof SampleGroup>

export const SampleCommitted = z.object({
  sampleId: z.string(),
  algorithm: z.literal(SAMPLE_ALGORITHM),
  rules: z.object({ version: z.string(), percent: z.int(), perHandler: z.int() }),
  year: z.int(),
  requestedBy: z.string(),
  groups: z.array(SampleGroup).min(1),
  serverCommit: z.string(),
})
export type SampleCommitted = z.infer<typeof SampleCommitted>

const hex32 = z.string().regex(/^[0-9a-f]{64}$/)
export const SampleCompleted = z.object({
  sampleId: z.string(),
  commitment: hex32,
  serverSecret: hex32,
  nonce: hex32,
  /** Person or account who gave the nonce. */
  by: z.string(),
  drawn: z.array(z.object({ handler: z.string(), cases: z.array(z.string()) })),
})
export type SampleCompleted = z.infer<typeof SampleCompleted>

const counterHex = (counter: number): string => {
  const bytes: Bytes = new Uint8Array(32)
  new DataView(bytes.buffer).setUint32(28, counter)
  return toHex(bytes)
}

/** Case ids drawn, group by group; one counter runs through all groups. */
export async function sampleOutcome(
  groups: readonly SampleGroup[],
  commitment: string,
  secret: string,
  nonce: string,
): Promise<{ handler: string; cases: string[] }[]> {
  const drawn: { handler: string; cases: string[] }[] = []
  let counter = 0
  for (const { handler, need, pool } of groups) {
    const left = [...pool]
    const cases: string[] = []
    for (const end = Math.min(need, pool.length); cases.length < end; counter++) {
      const seed = await drawSeed(secret, commitment, [nonce, counterHex(counter)])
      const { r } = await drawNumber(seed, left.length)
      cases.push(...left.splice(Number(r), 1))
    }
    drawn.push({ handler, cases })
  }
  return drawn
}
