import { z } from 'zod'

/**
 * The wall of a past instant. `at` is epoch ms of the server's clock. A panel that is not in `panels` had not been read
 * yet at that instant. `readAt`: when the panel was read from the records, for whoever recomputes it.
 */
export const PastWall = z.object({
  at: z.int(),
  panels: z.record(z.string(), z.object({ at: z.int(), readAt: z.int(), data: z.unknown() })),
})
export type PastWall = z.infer<typeof PastWall>

/** One state of one panel, from `at` on until its next frame. */
export const PastFrame = z.object({ panel: z.string(), at: z.int(), readAt: z.int(), data: z.unknown() })
export type PastFrame = z.infer<typeof PastFrame>

/** Between two spans nothing was recorded (the server stood still): nothing may be shown there. */
export const PastSpan = z.object({ from: z.int(), to: z.int() })
export type PastSpan = z.infer<typeof PastSpan>

export const PAST_REFUSALS = {
  'not-recorded': '这一时刻没有记录：系统当时未运行，或已超过保存期限',
  future: '这一时刻还没有到',
  busy: '查询过于频繁，请稍候再试',
  unreadable: '历史记录读取失败，已记录，请稍后重试',
} as const
export type PastRefusal = keyof typeof PAST_REFUSALS
const Refused = z.object({ refused: z.enum(Object.keys(PAST_REFUSALS) as [PastRefusal, ...PastRefusal[]]) })

export const PastAsk = z.object({ at: z.int().min(0) })
export type PastAsk = z.infer<typeof PastAsk>
export const PastAnswer = z.union([PastWall, Refused])
export type PastAnswer = z.infer<typeof PastAnswer>

/** Longest stretch of one question; a longer replay asks again. */
export const FRAMES_MAX_MS = 3_600_000
/**
 * Frames with `from` < at ≤ `to`, in order. `stepMs`: of each panel only the last one in each step of that length, for
 * a replay faster than anybody reads.
 */
export const FramesAsk = z.object({ from: z.int().min(0), to: z.int().min(0), stepMs: z.int().min(0).max(600_000) })
export type FramesAsk = z.infer<typeof FramesAsk>
/** `until` < `to`: more than fits into one answer; ask on from there. `spans`: what of the stretch was recorded. */
export const FramesAnswer = z.union([
  z.object({ until: z.int(), frames: z.array(PastFrame), spans: z.array(PastSpan) }),
  Refused,
])
export type FramesAnswer = z.infer<typeof FramesAnswer>
