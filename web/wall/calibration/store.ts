import { z } from '../../live/zod.ts'

/** What is true of this wall and of no other: kept in its own browser. Lengths in mm, insets in screen pixels. */
const Calibration = z.object({
  name: z.string().max(40),
  widthMm: z.number().min(100).max(40_000),
  distanceM: z.number().min(0.5).max(60),
  safe: z.object({
    top: z.number().min(0).max(200),
    right: z.number().min(0).max(200),
    bottom: z.number().min(0).max(200),
    left: z.number().min(0).max(200),
  }),
  /** Where panels of the wall meet, from its left edge. */
  seamsMm: z.array(z.number().min(0).max(40_000)).max(20),
  /** When somebody last measured, epoch ms; null = never. */
  at: z.number().nullable(),
})
export type Calibration = z.infer<typeof Calibration>

/** visual.md section 3: one 55-inch panel, 0.634 mm a pixel, seen from five metres. */
export const USUAL: Calibration = {
  name: '',
  widthMm: 1218,
  distanceM: 5,
  safe: { top: 0, right: 0, bottom: 0, left: 0 },
  seamsMm: [],
  at: null,
}
const STORED = 'sanling.calibration'

/** What was saved on this wall; what does not fit any more counts as never measured. */
export function readCalibration(): Calibration {
  try {
    return Calibration.parse(JSON.parse(localStorage.getItem(STORED) ?? ''))
  } catch {
    return USUAL
  }
}
/** @returns why it cannot be saved, in Chinese; undefined = saved */
export function saveCalibration(calibration: Calibration): string | undefined {
  const { success, data } = Calibration.safeParse(calibration)
  if (!success) return '数值超出范围：宽 100–40 000 毫米，视距 0.5–60 米，安全区 0–200 像素'
  localStorage.setItem(STORED, JSON.stringify(data))
  return undefined
}
export const forgetCalibration = (): void => localStorage.removeItem(STORED)

/** For the handshake: what this wall calls itself, if it has been named. */
export function wallNameOf(): { wall?: string } {
  const { name } = readCalibration()
  return name ? { wall: name } : {}
}
