import { z } from 'zod'
import type { ProfileFile } from '../../config/schema.ts'

export const CASE_FIELDS = [
  'caseNo',
  'unifiedNo',
  'title',
  'kind',
  'cause',
  'unit',
  'department',
  'handler',
  'handlerNo',
  'acceptedAt',
  'assignedAt',
  'closedAt',
  'outcome',
  'coercion',
  'due',
  'startedAt',
  'node',
  'suspects',
  'suspectCount',
  'plea',
  'juvenile',
  'deleted',
] as const
export type CaseField = (typeof CASE_FIELDS)[number]

const words = z.array(z.string().min(1)).min(1)

/** config/profiles/case-export.yaml */
export const CaseProfile = z.strictObject({
  id: z.string(),
  version: z.int(),
  kind: z.literal('case-export'),
  basis: z.string(),
  zone: z.string(),
  backfillAfterH: z.number().positive(),
  minHeaderFields: z.int().positive(),
  fields: z.record(z.enum(CASE_FIELDS), words),
  custodyWords: words,
  freeWords: words,
  yesWords: words,
  footWords: words,
  exportedAt: words,
})
export type CaseProfile = z.output<typeof CaseProfile>

/** @throws Error in Chinese listing what does not fit */
export function caseProfile(file: ProfileFile): CaseProfile {
  const parsed = CaseProfile.safeParse(file)
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues.map(({ path, message }) => `${path.join('.')}：${message}`)
  throw new Error(`profiles/${file.id}.yaml 不可用：${issues.join('；')}`)
}
