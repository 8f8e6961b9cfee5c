import { z } from 'zod'
import type { ProfileFile } from '../../config/schema.ts'
import { EVENT_TYPES } from '../../contract/catalogue.ts'

const type = z.string().refine((one) => one in EVENT_TYPES, '没有这种事件类型')

/** What a `major.minor` of the device means in our words. */
const EventMeaning = z.strictObject({
  type,
  credential: z.enum(['card', 'face', 'fp', 'pw', 'qr', 'idcard', 'multi', 'na']).optional(),
  reason: z.enum(['no_permission', 'time', 'unknown_card', 'expired', 'verify_fail', 'interlock']).optional(),
  mode: z.enum(['normal', 'always-open', 'always-closed']).optional(),
  lock: z.enum(['open', 'closed']).optional(),
  drop: z.boolean().default(false),
})

/** config/profiles/hikvision-isapi.yaml */
export const HikvisionProfile = z.strictObject({
  id: z.string(),
  version: z.int(),
  kind: z.literal('hikvision'),
  basis: z.string(),
  zone: z.string(),
  backfillAfterMin: z.number().positive(),
  skewNoticeS: z.number().positive(),
  heartbeatS: z.number().positive(),
  silentBeats: z.number().positive(),
  events: z.record(z.string().regex(/^\d+\.\d+$/, '写成 主类型.次类型'), EventMeaning),
})
export type HikvisionProfile = z.output<typeof HikvisionProfile>

/** @throws Error in Chinese listing what does not fit */
export function hikvisionProfile(file: ProfileFile): HikvisionProfile {
  const parsed = HikvisionProfile.safeParse(file)
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues.map(({ path, message }) => `${path.join('.')}：${message}`)
  throw new Error(`profiles/${file.id}.yaml 不可用：${issues.join('；')}`)
}
