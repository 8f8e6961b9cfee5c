import { z } from 'zod'
import type { ProfileFile } from '../../config/schema.ts'

export const WAND_FIELDS = ['at', 'date', 'wand', 'person', 'personCard', 'point', 'chip', 'event'] as const
export type WandField = (typeof WAND_FIELDS)[number]
const words = z.array(z.string().min(1)).min(1)

/** config/profiles/wand-csv.yaml */
export const WandProfile = z.strictObject({
  id: z.string(),
  version: z.int(),
  kind: z.literal('wand-csv'),
  basis: z.string(),
  zone: z.string(),
  futureS: z.number().min(0),
  backfillAfterH: z.number().positive(),
  fields: z.record(z.enum(WAND_FIELDS), words),
  nobody: words,
  footWords: words,
})
export type WandProfile = z.output<typeof WandProfile>

/** @throws Error in Chinese listing what does not fit */
export function wandProfile(file: ProfileFile): WandProfile {
  const parsed = WandProfile.safeParse(file)
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues.map(({ path, message }) => `${path.join('.')}：${message}`)
  throw new Error(`profiles/${file.id}.yaml 不可用：${issues.join('；')}`)
}
