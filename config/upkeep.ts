import { z } from 'zod'

/** rules/upkeep.yaml: what is done by night, what counts as healthy, how long things are kept. */
const at = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, '时刻写成 HH:MM，例如 01:30')
const days = z.int().min(1).max(36_500)

export const UpkeepRules = z.strictObject({
  version: z.string().min(1),
  effective_from: z.iso.date(),
  legal_basis: z.string().min(1),
  nightly: z.strictObject({
    backup: z.strictObject({ at, keep: z.int().min(1).max(400) }),
    drill: z.strictObject({ at }),
    verification: z.strictObject({ at }),
    retention: z.strictObject({ at }),
  }),
  health: z.strictObject({
    diskAttentionGb: z.number().positive(),
    diskFaultGb: z.number().positive(),
    runAttentionHours: z.number().positive(),
    runFaultHours: z.number().positive(),
    skewAttentionS: z.number().positive(),
    skewFaultS: z.number().positive(),
    spoolAttention: z.int().positive(),
    ingestAttentionMs: z.number().positive(),
    loopAttentionMs: z.number().positive(),
  }),
  retention: z.strictObject({
    /** Alerts that are closed, by the day of closing. */
    closedAlertsDays: days,
    /** 网络安全法 第二十一条（三）: not less than six months. */
    auditDays: days.min(183, '网络日志留存不得少于六个月（183 天）'),
  }),
})
export type UpkeepRules = z.output<typeof UpkeepRules>
