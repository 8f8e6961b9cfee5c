import { z } from 'zod'
import { route } from './route.ts'

/** No sound and no climbing until a moment, for a reason; what is silenced stays on the wall. Times epoch ms. */
export const SilenceItem = z.object({
  id: z.string(),
  cause: z.string().nullable(),
  rule: z.string().nullable(),
  object: z.string().nullable(),
  reason: z.string(),
  until: z.int(),
  createdAt: z.int(),
  post: z.string(),
  /** When it was lifted or ran out. */
  endedAt: z.int().nullable(),
})
export type SilenceItem = z.infer<typeof SilenceItem>

const tag = 'silences'

export const silences = route({
  id: 'silences',
  method: 'GET',
  path: '/silences',
  summary: '静默列表',
  tag,
  permission: 'alerts.read',
  query: z.object({ ended: z.enum(['true', 'false']).optional() }),
  answer: z.object({ items: z.array(SilenceItem), cursor: z.null() }),
})

/** Longest silence: 30 days. */
export const MAX_SILENCE_MS = 30 * 86_400_000

export const silenceCreate = route({
  id: 'silenceCreate',
  method: 'POST',
  path: '/silences',
  summary: '静默一个原因、一条规则或一个对象，须有原因与截止',
  tag,
  permission: 'alerts.silence',
  body: z
    .object({
      cause: z.string().min(1).max(300).optional(),
      rule: z.string().min(1).max(100).optional(),
      object: z.string().min(1).max(128).optional(),
      reason: z.string({ error: '请填写原因' }).trim().min(1, '请填写原因').max(200),
      /** Epoch ms or RFC 3339. */
      until: z.union([z.int().min(0), z.iso.datetime({ offset: true })], { error: '请写明截止时刻' }),
    })
    .refine(({ cause, rule, object }) => [cause, rule, object].filter(Boolean).length === 1, {
      error: 'cause、rule、object 须恰好写一项',
    }),
  answer: SilenceItem,
  status: 201,
})

export const silenceLift = route({
  id: 'silenceLift',
  method: 'DELETE',
  path: '/silences/{id}',
  summary: '提前结束静默',
  tag,
  permission: 'alerts.silence',
  params: z.object({ id: z.string().min(1).max(64) }),
  answer: SilenceItem,
})
